"""Whom a manager and the help desk may invite and let in again, without giving more than theirs."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from reminders.domain.setup.colleagues import helping
from reminders.domain.setup.colleagues.granting import GrantError
from reminders.domain.setup.colleagues.inviting import Colleague, invite
from tests.factories import make_location, make_user

pytestmark = pytest.mark.django_db
ROLES = ("administrator", "auditor", "help desk", "manager", "receptionist")


def colleague(role: str, *locations, everywhere: bool = False) -> Colleague:
    group = Group.objects.get(name=role)
    return Colleague("new", "Ann", "Lee", "", group, locations, everywhere)


def names(users) -> set[str]:
    return set(users.values_list("username", flat=True))


@pytest.mark.parametrize(
    ("by", "roles"),
    [
        ("administrator", set(ROLES)),
        ("manager", {"receptionist"}),
        ("help desk", {"receptionist"}),
        ("receptionist", set()),
        ("auditor", set()),
    ],
)
def test_the_roles_in_which_one_may_invite(by, roles):
    user = make_user(group=by)

    offered = set(helping.invitable_roles(user).values_list("name", flat=True))

    assert offered == roles


@pytest.mark.parametrize("by", ["manager", "help desk"])
@pytest.mark.parametrize("role", [role for role in ROLES if role != "receptionist"])
def test_nobody_but_an_administrator_invites_more_than_a_receptionist(by, role):
    place = make_location()

    with pytest.raises(GrantError, match="invite receptionists"):
        invite(make_user(group=by, locations=(place,)), colleague(role, place))

    assert not User.objects.filter(username="new").exists()


@pytest.mark.parametrize("by", ["manager", "help desk"])
def test_a_receptionist_is_invited_for_ones_own_locations_only(by):
    mine, other = make_location(), make_location()
    user = make_user(group=by, locations=(mine,))

    for given in (
        colleague("receptionist", mine, other),
        colleague("receptionist", everywhere=True),
    ):
        with pytest.raises(GrantError, match="your own locations"):
            invite(user, given)
    made = invite(user, colleague("receptionist", mine))

    assert list(made.staff_profile.locations.all()) == [mine]


@pytest.mark.parametrize("by", ["manager", "help desk"])
def test_a_receptionists_role_that_gives_rights_is_no_longer_theirs_to_give(by):
    Group.objects.get(name="receptionist").permissions.add(
        Permission.objects.get(codename="change_user")
    )

    assert not helping.invitable_roles(make_user(group=by)).exists()


def test_a_manager_gives_no_more_than_they_have_by_a_changed_role():
    Group.objects.get(name="receptionist").permissions.add(
        Permission.objects.get(codename="view_taskrun")
    )

    assert not helping.invitable_roles(make_user(group="manager")).exists()


@pytest.fixture
def staff():
    """One of each role at a place, and a receptionist elsewhere."""
    mine, other = make_location(), make_location()
    for role in ROLES:
        make_user(role, group=role, locations=(mine,))
        make_user(f"{role} of all", group=role)
    make_user("elsewhere", group="receptionist", locations=(other,))
    make_user("both", group="receptionist", locations=(mine, other))
    make_user("owner", is_superuser=True, locations=(mine,))
    return mine


@pytest.mark.parametrize(
    ("by", "helped"),
    [
        ("manager", {"receptionist"}),
        ("help desk", {"receptionist", "manager", "auditor", "help desk"}),
        ("administrator", set(ROLES)),
    ],
)
def test_who_is_let_in_again_by_whom_at_ones_own_location(staff, by, helped):
    user = make_user("me", group=by, locations=(staff,))

    assert names(helping.helped_by(user)) == helped


def test_a_help_desk_of_all_locations_never_reaches_an_administrator(staff):
    user = make_user("me", group="help desk")

    helped = names(helping.helped_by(user))

    assert {"elsewhere", "both", "manager of all", "auditor of all"} <= helped
    assert not {"owner", "administrator", "administrator of all", "me"} & helped


def test_a_single_permission_to_give_rights_makes_an_administrator(staff):
    user = make_user("me", group="help desk", locations=(staff,))
    User.objects.get(username="receptionist").user_permissions.add(
        Permission.objects.get(codename="change_group")
    )

    assert "receptionist" not in names(helping.helped_by(user))


def test_an_owner_helps_everybody_but_themselves(staff):
    owner = User.objects.get(username="owner")

    assert names(helping.helped_by(owner)) == names(User.objects.exclude(pk=owner.pk))
