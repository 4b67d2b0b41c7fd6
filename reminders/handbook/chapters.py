"""Every chapter of the handbook, by its readers and in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PACKED, _CHECKOUT = _HERE / "docs", _HERE.parent.parent / "docs"
FOLDER = _PACKED if _PACKED.is_dir() else _CHECKOUT
"""Where the files are: a wheel brings them along inside of the package."""
INDEX = "README.md"
"""The same contents as a file, for whoever reads the handbook where the code is."""


@dataclass(frozen=True)
class Chapter:
    """One file: its name in addresses, what the contents call it, and what it is good for."""

    name: str
    title: str
    words: str
    file: str = ""

    @property
    def path(self) -> str:
        """The file's path inside of docs/, as a link in a document has it."""
        return self.file or f"{self.name}.md"


@dataclass(frozen=True)
class Part:
    """The chapters of one kind of reader."""

    title: str
    chapters: tuple[Chapter, ...]


def _trust(name: str, title: str, words: str) -> Chapter:
    return Chapter(name, title, words, f"trust/{name}.md")


PARTS = (
    Part(
        "At the desk",
        (
            Chapter("receptionist", "A day at the desk", "One short section for each task"),
            Chapter(
                "imports", "The diary’s file", "Bringing it in: by hand, by command, by itself"
            ),
            Chapter(
                "people", "Children and wards", "Who is texted instead, second numbers, recalls"
            ),
            Chapter("whole-day", "Many visits at once", "Late, moved, cancelled, texted together"),
            Chapter("short-notice", "Short notice", "Offering times that became free"),
            Chapter("did-not-come", "Who did not come", "The list, the text, the badge"),
        ),
    ),
    Part(
        "Running the practice",
        (
            Chapter("manager", "Rules, wordings, roles", "What we recommend, and why"),
            Chapter(
                "event-texts", "Texts when something happens", "Booked, moved, cancelled, missed"
            ),
            Chapter("links", "The page behind a link", "For patients to answer on, and calendars"),
            Chapter("e-mail", "E-mail", "First, or as a copy beside the text"),
            Chapter("whatsapp", "WhatsApp", "First, with SMS for whom it does not reach in time"),
            Chapter("closed-days", "Closed days", "Public holidays and breaks"),
            Chapter("figures", "What the figures say", "And what they cannot"),
        ),
    ),
    Part(
        "For patients",
        (Chapter("patients", "“I got a text from you”", "A page for the clinic’s own site"),),
    ),
    Part(
        "Administrators",
        (
            Chapter("installing", "Installing", "By a script, by containers, by hand"),
            Chapter("going-live", "Going live", "The provider’s key, signing in, looking after it"),
            Chapter("troubleshooting", "Troubleshooting", "What one sees, why, and what to do"),
            Chapter("upgrading", "Upgrading", "A new version, and back again"),
            Chapter("backup", "Backup and restore", "And coming back without texting twice"),
            Chapter("monitoring", "Monitoring", "Figures, alerts, logs"),
            Chapter("sizing", "Sizing", "How big a machine, how many workers"),
            Chapter("reliability", "Reliability", "What was broken on purpose"),
            Chapter("configuration", "Every variable", "Written from the code"),
            Chapter("commands", "Every command", "Written from the code"),
        ),
    ),
    Part(
        "Data protection",
        (
            Chapter("data-protection", "In one page", "Who asks what, and what to do then"),
            _trust("data-map", "Data map", "Where data is held"),
            _trust("retention", "Retention", "For how long"),
            _trust("rights", "Rights", "Who may do what"),
            _trust("trail", "The trail", "Who did what"),
            _trust("dpia", "Impact assessment", "A draft to complete"),
            _trust("threat-model", "Threat model", "What may go wrong, and what stands against it"),
            _trust("security-design", "Security design", "How it is built"),
            _trust("asvs", "ASVS", "The verification standard, point by point"),
            _trust("hipaa", "HIPAA", "For clinics of the United States"),
            _trust("dtac", "DTAC", "For the NHS"),
            _trust("accessibility", "Accessibility", "What was checked"),
        ),
    ),
    Part(
        "Other programs",
        (Chapter("integrator", "Connecting programs", "Files, commands, webhooks, figures"),),
    ),
    Part(
        "Developers",
        (
            Chapter("architecture", "Architecture", "The rooms, and six walks through them"),
            Chapter("glossary", "Glossary", "What each word means"),
            Chapter("decisions", "Decisions", "What was chosen, and what it costs"),
        ),
    ),
)
CHAPTERS = tuple(chapter for part in PARTS for chapter in part.chapters)
BY_NAME = {chapter.name: chapter for chapter in CHAPTERS}
BY_PATH = {chapter.path: chapter for chapter in CHAPTERS}
PICTURES = {
    path.name: path for path in sorted((FOLDER / "screenshots" / "ordinary").glob("*-light.jpg"))
}
"""The pictures that a page may show, by name."""


def beside(chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    """The chapter before and the one after."""
    at = CHAPTERS.index(chapter)
    before = CHAPTERS[at - 1] if at else None
    after = CHAPTERS[at + 1] if at + 1 < len(CHAPTERS) else None
    return before, after


def part_of(chapter: Chapter) -> Part:
    """Whose chapter it is."""
    return next(part for part in PARTS if chapter in part.chapters)
