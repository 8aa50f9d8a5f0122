"""`hemicycle count`: counts a file of ballots by the rules that also count a live panel."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from polls.count_files import pabulib, preflib
from polls.count_files.own import count_results
from polls.count_files.problems import CountFileProblem
from polls.count_files.rendering import budget_in_ids, ranking_in_names
from polls.count_files.texts import read_text
from polls.domain.counting.funding import count_funding
from polls.domain.counting.ranked import count_ranked


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def count(file: Path) -> None:
    """Count the ballots in FILE and print the outcome as JSON.

    \b
    FILE is one of these, known by how its name ends:
      .soc .soi .toc .toi  ranked ballots of PrefLib: plurality, instant
                           run-off, Condorcet and Borda
      .pb                  a participatory budget of Pabulib: greedily by
                           votes, and by equal shares
      a folder             an exported conversation of Pol.is: groups of
                           opinion, consensus, what divides
      .json                the results.json of a panel: all rounds whose
                           ballots it lists, counted again from these

    \b
    Examples:
      hemicycle count debian-2010.soi
      hemicycle count Netherlands_Assen_2024.pb
      hemicycle count conversation/
      hemicycle count results.json > counted.json

    A file that cannot be counted whole is not counted at all. What is wrong with it, and on which
    line, is then said on standard error, and the exit code is 2. How everything is counted, and
    how ties are told, stands in docs/counting.md. No database is needed.
    """
    try:
        counted, warnings = _counted(file)
    except CountFileProblem as problem:
        click.echo(problem.in_words(str(file)), err=True)
        sys.exit(2)
    for warning in warnings:
        click.echo(f"{file}: {warning}", err=True)
    text = json.dumps(counted, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _counted(file: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the outcome, and what is odd about the file though all of it is counted."""
    if file.is_dir():
        # The map of opinions needs numpy, which takes longer to load than a ballot to count.
        from polls.count_files.polis import count_polis_folder

        return count_polis_folder(file), []
    if not file.exists():
        raise CountFileProblem("there is no such file")
    extension = file.suffix.lower()
    if extension in preflib.EXTENSIONS:
        text, warnings = read_text(file)
        ranked = preflib.read_preflib(text, extension)
        return ranking_in_names(
            count_ranked(ranked.ballots, list(ranked.names)), ranked.names
        ), warnings
    if extension in pabulib.EXTENSIONS:
        text, warnings = read_text(file)
        budget = pabulib.read_pabulib(text)
        outcome = count_funding(
            budget.projects, budget.ballots, budget.budget, unit=1, fill_up=True
        )
        return budget_in_ids(outcome), [*warnings, *budget.warnings]
    if extension == ".json":
        text, warnings = read_text(file)
        return count_results(text), warnings
    if extension == ".csv":
        raise CountFileProblem("a table of counts holds no ballots; results.json of the panel does")
    known = " ".join((*preflib.EXTENSIONS, *pabulib.EXTENSIONS, ".json"))
    raise CountFileProblem(f"this kind of file is not known; a folder or one of {known} is")
