"""Reads a Dockerfile as far as ours goes: stages, instructions, exec and shell forms."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Instruction", "Stage", "read_dockerfile"]


@dataclass(frozen=True)
class Instruction:
    """`RUN pip install x` is Instruction("RUN", "pip install x")."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """The arguments of an exec form, or of a form that is split at blanks."""
        if self.rest.startswith("["):
            return [str(word) for word in json.loads(self.rest)]
        return self.rest.split()


@dataclass
class Stage:
    """What stands between one FROM and the next."""

    base: str
    name: str | None
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        return [found for found in self.instructions if found.word == word]

    def only(self, word: str) -> Instruction:
        (found,) = self.all(word)
        return found

    def environ(self) -> dict[str, str]:
        pairs = (word.split("=", 1) for env in self.all("ENV") for word in env.words)
        return dict(pairs)  # type: ignore[arg-type] # each is a pair


def read_dockerfile(path: Path) -> list[Stage]:
    """Answer the stages in order.

    Raises:
        ValueError: a line is no instruction that we use.
    """
    stages: list[Stage] = []
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        found = re.fullmatch(r"([A-Z]+) (.+)", line)
        if found is None:
            msg = f"not an instruction: {line}"
            raise ValueError(msg)
        if found[1] == "FROM":
            base, _, name = found[2].partition(" AS ")
            stages.append(Stage(base=base, name=name or None))
        else:
            stages[-1].instructions.append(Instruction(found[1], found[2]))
    return stages
