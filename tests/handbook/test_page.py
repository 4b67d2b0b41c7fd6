"""How a file becomes a page: links, pictures, headings, and nothing that is not Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reminders.handbook import page as pages
from reminders.handbook.chapters import BY_NAME, Chapter
from reminders.handbook.page import Page, page_of

CASES = [
    ("[a](people.md)", '<a href="/help/people/">a</a>'),
    ("[a](people.md#recalls)", '<a href="/help/people/#recalls">a</a>'),
    ("[a](trust/rights.md)", '<a href="/help/rights/">a</a>'),
    ("[a](#here)", '<a href="#here">a</a>'),
    ("[a](https://x.example/)", '<a href="https://x.example/" rel="noopener noreferrer">a</a>'),
    ("[a](http://x.example/)", "<span>a</span>"),
    ("[a](//x.example/)", "<span>a</span>"),
    ("[a](javascript:alert)", "[a](javascript:alert)"),
    ("[a](../CHANGELOG.md)", "<span>a</span>"),
    ("[a](../../etc/passwd)", "<span>a</span>"),
    ("[a](nothing.md)", "<span>a</span>"),
    ("[a **b**](nothing.md) [c](people.md)", "<span>a <strong>b</strong></span>"),
    ("![a](screenshots/nothing.jpg)", '<img src="" alt="a" loading="lazy" />'),
    ("![a](https://x.example/a.jpg)", '<img src="" alt="a" loading="lazy" />'),
    ("<b>a</b>", "<p>a</p>"),
    ("<script>alert(1)</script>", ""),
    ("<!-- tried: packages -->", ""),
    ("`<b>`", "<code>&lt;b&gt;</code>"),
    ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
    ("```sh\na <b> c\n```", '<pre tabindex="0"><code>a &lt;b&gt; c\n</code></pre>'),
    ("## A, b & c", '<h2 id="a-b--c">A, b &amp; c</h2>'),
    ("## A\n## A", '<h2 id="a">A</h2>\n<h2 id="a-1">A</h2>'),
    ("a:\n* b", "<ul>\n<li>b</li>\n</ul>"),
]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "FOLDER", tmp_path)

    def write(text: str, name: str = "own") -> Page:
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        return page_of(Chapter(name, "Own", "Ours"))

    return write


@pytest.mark.parametrize(("text", "markup"), CASES)
def test_markdown_becomes_markup(written, text: str, markup: str) -> None:
    shown = written(f"# Title\n\n{text}\n").markup

    assert markup in shown
    assert "<script" not in shown


def test_a_table_scrolls_by_itself_and_is_called_something(written) -> None:
    table = "| a | |\n| --- | --- |\n| b | c |\n"
    shown = written(f'# T\n\n{table}\n## A & "b"\n\n{table}').markup

    regions = re.findall(r'<div class="help-scroll" tabindex="0" role="region" (.+?)>', shown)
    assert regions == ['aria-label="T, table 1"', 'aria-label="A &amp; &quot;b&quot;, table 2"']
    assert shown.count("</table></div>") == 2
    assert "<th></th>" not in shown
    assert "<td></td>" in shown


def test_the_first_heading_is_the_pages_own(written) -> None:
    page = written("# Title\n\nWords\n\n## Part\n\nMore `code`\n")

    assert (page.title, "<h1" in page.markup) == ("Title", False)
    assert [(one.level, one.anchor) for one in page.headings] == [(1, "title"), (2, "part")]
    assert [one.text for one in page.sections] == ["Words", "More code"]


def test_a_changed_file_is_read_again(written, tmp_path: Path) -> None:
    assert written("# One\n").title == "One"
    (tmp_path / "own.md").unlink()

    assert written("# Two\n").title == "Two"


def test_links_within_a_folder_are_seen_from_there() -> None:
    assert 'href="/help/architecture/"' in page_of(BY_NAME["threat-model"]).markup
    assert 'href="/help/retention/"' in page_of(BY_NAME["dpia"]).markup
