"""``vivavoz feedback``: the recordings that people corrected, listed, exported and deleted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.command import CommandError, command_parser
from server.feedback import Record
from server.feedback_store import FeedbackError, FeedbackStore
from server.flags import add_flags, read_settings

DESCRIPTION: Final = """\
The recordings that people corrected (see `vivavoz serve --feedback-dir`).

  vivavoz feedback list --feedback-dir feedback
  vivavoz feedback export copy --feedback-dir feedback     an audiofolder, as Hugging Face has it
  vivavoz feedback delete ID ... --feedback-dir feedback
  vivavoz feedback delete --speaker NAME --feedback-dir feedback

A server may run meanwhile.
"""


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = command_parser("feedback", DESCRIPTION)
    actions = parser.add_subparsers(required=True, metavar="list|export|delete", dest="action")
    listing = actions.add_parser("list", help="what there is")
    listing.add_argument("--json", action="store_true", help="a line of JSON for each")
    export = actions.add_parser("export", help="copy everything")
    export.add_argument("target", type=Path, help="a folder that is not there yet")
    delete = actions.add_parser("delete", help="forget recordings")
    delete.add_argument("ids", nargs="*", metavar="ID", help="as `list` shows them")
    delete.add_argument("--speaker", help="all of this one")
    for action in (listing, export, delete):
        add_flags(action, ("feedback_dir",))
    arguments = parser.parse_args(argv)
    work = {"list": _list, "export": _export, "delete": _delete}[arguments.action]
    try:
        return work(arguments, _store(arguments))
    except (FeedbackError, OSError) as error:
        raise CommandError(str(error)) from None


def _store(arguments: argparse.Namespace) -> FeedbackStore:
    folder = read_settings(arguments).feedback_dir
    if folder is None:
        raise CommandError("which folder? name it: --feedback-dir DIR, or VIVAVOZ_FEEDBACK_DIR")
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder: no feedback was given there")
    return FeedbackStore(folder).open()


def _list(arguments: argparse.Namespace, store: FeedbackStore) -> int:
    for record in store.records():
        print(record.model_dump_json() if arguments.json else _line(record))
    return 0


def _line(record: Record) -> str:
    said = record.verdict.label or record.verdict.reason if record.verdict else None
    seconds = f"{record.duration_ms / 1000:.1f} s"
    who = f"  {record.speaker}" if record.speaker else ""
    return f"{record.id}  {record.day}  {seconds:>7}  {said or '?'} -> {record.label}{who}"


def _export(arguments: argparse.Namespace, store: FeedbackStore) -> int:
    count = store.export(arguments.target)
    print(f"{count} recordings in {arguments.target}")
    return 0


def _delete(arguments: argparse.Namespace, store: FeedbackStore) -> int:
    wanted = list(arguments.ids)
    if arguments.speaker:
        wanted += [r.id for r in store.records() if r.speaker == arguments.speaker]
    if not wanted:
        raise CommandError("nothing is to be deleted: name an ID, or --speaker with recordings")
    gone = store.remove(wanted)
    if missing := sorted(set(wanted) - gone):
        raise CommandError(f"{len(gone)} deleted; there is no feedback {', '.join(missing)}")
    print(f"{len(gone)} deleted")
    return 0
