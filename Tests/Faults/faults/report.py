"""What was promised, what was seen, and the table of both."""

import dataclasses


@dataclasses.dataclass
class Row:
    """One line of the table; `kept` is None for what could not be run here."""

    fault: str
    saw: str
    promised: str
    kept: bool | None

    @property
    def verdict(self):
        return {True: "kept", False: "**BROKEN**", None: "not run"}[self.kept]

    def __str__(self):
        cells = (self.fault, self.saw, self.promised, self.verdict)
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


HEADING = "| fault | what the clients saw | promised | verdict |\n|---|---|---|---|"


def counted(counter):
    """`{200: 3, 500: 1}` as "3 × 200, 1 × 500"."""
    return ", ".join(f"{count} × {what}" for what, count in sorted(counter.items(), key=str)) or "nothing"


def figures(values):
    """p50, p99 and the largest of `values`."""
    ordered = sorted(values)
    if not ordered:
        return 0.0, 0.0, 0.0
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], ordered[-1]
