"""An inflation schedule as a picture: the supply over time, and what each event creates.

SVG written by hand: two panels, axes with round numbers, nothing to install.
"""

from collections.abc import Callable, Sequence
from html import escape

from protocol.jsonscalars import print_time
from smtchain.economics.schedule import Emission

_WIDTH, _HEIGHT = 960, 560
_LEFT, _RIGHT = 150, 930
_SUPPLY_TOP, _SUPPLY_BOTTOM = 60, 310
_CREATED_TOP, _CREATED_BOTTOM = 360, 500
_TICKS = 4  # intervals of an axis, about
_Across = Callable[[int], float]
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-size:16px;font-weight:bold}"
    ".grid{stroke:#ddd}.axis{stroke:#888}.supply{fill:none;stroke:#1f6feb;stroke-width:2}"
    ".created{stroke:#d9822b;stroke-width:2}.name{font-weight:bold}"
)


def plot_schedule(
    title: str, start_supply: int, emissions: Sequence[Emission], precision: int
) -> str:
    """Return an SVG document.

    Parameters
    ----------
    start_supply : int
        Satoshis before the first event.
    emissions : sequence of Emission
        At least one.
    precision : int
        Decimals of the token, for the labels.
    """
    times = [emission.time for emission in emissions]
    first, last = times[0], max(times[-1], times[0] + 1)

    def across(time: int) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (time - first) / (last - first)

    supply = _Scale(
        [start_supply, *(each.supply for each in emissions)], _SUPPLY_TOP, _SUPPLY_BOTTOM
    )
    created = _Scale([0, *(each.created for each in emissions)], _CREATED_TOP, _CREATED_BOTTOM)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        f'<text class="title" x="{_LEFT}" y="28">{escape(title)}</text>',
        f'<text class="name" x="{_LEFT}" y="{_SUPPLY_TOP - 8}">supply</text>',
        f'<text class="name" x="{_LEFT}" y="{_CREATED_TOP - 8}">created by each event</text>',
    ]
    for scale in (supply, created):
        parts += scale.grid(precision)
    parts += _time_labels(first, last, across)
    parts.append(_supply_line(start_supply, emissions, across, supply))
    parts += [
        f'<line class="created" x1="{across(each.time):.1f}" x2="{across(each.time):.1f}" '
        f'y1="{created.down(0):.1f}" y2="{created.down(each.created):.1f}"/>'
        for each in emissions
    ]
    return "\n".join((*parts, "</svg>", ""))


class _Scale:
    """A vertical axis from a round number below all values to one above them."""

    def __init__(self, values: Sequence[int], top: int, bottom: int) -> None:
        self._top, self._bottom = top, bottom
        self._step = _round_step(max(values) - min(values))
        self._low = min(values) // self._step * self._step
        self._high = -(-max(values) // self._step) * self._step
        self._high = max(self._high, self._low + self._step)

    def down(self, value: int) -> float:
        """Return the vertical place of a value."""
        share = (value - self._low) / (self._high - self._low)
        return self._bottom - (self._bottom - self._top) * share

    def grid(self, precision: int) -> list[str]:
        """Return a line and a label for each round number."""
        parts = []
        for value in range(self._low, self._high + 1, self._step):
            place = f"{self.down(value):.1f}"
            parts.append(
                f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{place}" y2="{place}"/>'
                f'<text x="{_LEFT - 8}" y="{place}" dy="4" text-anchor="end">'
                f"{decimal_text(value, precision)}</text>"
            )
        return parts


def _round_step(span: int) -> int:
    """Return 1, 2 or 5 times a power of ten that divides `span` into a few steps."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power * _TICKS >= span:
                return digit * power
        power *= 10


def decimal_text(satoshis: int, precision: int) -> str:
    """Return satoshis as a decimal number with thousands marked.

    >>> decimal_text(15_000_000_001, 4)
    '1,500,000.0001'
    """
    whole, part = divmod(satoshis, 10**precision)
    return f"{whole:,}.{part:0{precision}d}" if precision else f"{whole:,}"


def _time_labels(first: int, last: int, across: _Across) -> list[str]:
    parts = [
        f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{bottom}" y2="{bottom}"/>'
        for bottom in (_SUPPLY_BOTTOM, _CREATED_BOTTOM)
    ]
    for tick in range(_TICKS + 1):
        time = first + (last - first) * tick // _TICKS
        place = across(time)
        day, _, moment = print_time(time).partition("T")
        parts.append(
            f'<text x="{place:.1f}" y="{_CREATED_BOTTOM + 18}" text-anchor="middle">{day}</text>'
            f'<text x="{place:.1f}" y="{_CREATED_BOTTOM + 34}" text-anchor="middle">{moment}</text>'
        )
    return parts


def _supply_line(start: int, emissions: Sequence[Emission], across: _Across, supply: _Scale) -> str:
    """Return the supply as steps: it changes with each event and not in between."""
    level = supply.down(start)
    points = [f"{across(emissions[0].time):.1f},{level:.1f}"]
    for emission in emissions:
        place = f"{across(emission.time):.1f}"
        points.append(f"{place},{level:.1f}")
        level = supply.down(emission.supply)
        points.append(f"{place},{level:.1f}")
    points.append(f"{across(max(emissions[-1].time, emissions[0].time + 1)):.1f},{level:.1f}")
    return f'<polyline class="supply" points="{" ".join(points)}"/>'
