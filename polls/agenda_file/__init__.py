"""A panel with its agenda as text: the YAML file, and questions pasted from elsewhere.

`docs/agenda.md` describes the file for its writers, `polls/agenda.schema.json` for editors.
"""

from polls.agenda_file.pasting import parse_pasted_questions
from polls.agenda_file.problems import AgendaFileError, Problem
from polls.agenda_file.reading import read_agenda
from polls.agenda_file.writing import write_agenda

__all__ = ["AgendaFileError", "Problem", "parse_pasted_questions", "read_agenda", "write_agenda"]
