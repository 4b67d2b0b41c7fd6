"""Pages ask for seeing and for changing by two permissions: who could do both goes on to."""

from django.db import migrations

SEEING = (
    ("change_appointment", "view_appointment", "appointment"),
    ("add_import", "view_import", "import"),
    ("change_reminderrule", "view_reminderrule", "reminderrule"),
    ("change_wording", "view_wording", "wording"),
    ("change_providerstate", "view_providerstate", "providerstate"),
    ("change_location", "view_erasure", "erasure"),
)
INVITING = (("view_staffprofile", "staffprofile"), ("add_staffprofile", "staffprofile"))


def permission(apps, codename, model):
    """Made where it is missing: Django makes those of new tables only after all migrations."""
    kinds = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")
    kind, _ = kinds.objects.get_or_create(app_label="reminders", model=model)
    name = "Can " + codename.replace("_", " ", 1)
    found, _ = permissions.objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return found


def give(apps, schema_editor):
    """By what a role may do, not by its name: an administrator may have made roles of their own."""
    groups, users = apps.get_model("auth", "Group"), apps.get_model("auth", "User")
    if not groups.objects.exists() and not users.objects.exists():
        return
    for had, gets, model in SEEING:
        able = {"permissions__codename": had, "permissions__content_type__app_label": "reminders"}
        for group in groups.objects.filter(**able).distinct():
            group.permissions.add(permission(apps, gets, model))
        single = {f"user_{name}": value for name, value in able.items()}
        for user in users.objects.filter(**single).distinct():
            user.user_permissions.add(permission(apps, gets, model))
    # Managers invite from now on; the role by its name, since nobody else was promised it.
    for group in groups.objects.filter(name="manager"):
        group.permissions.add(*(permission(apps, *one) for one in INVITING))
    for group in groups.objects.filter(permissions__codename="change_user").distinct():
        every = [*INVITING, ("change_staffprofile", "staffprofile")]
        group.permissions.add(*(permission(apps, *one) for one in every))


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0022_first_named_by"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
