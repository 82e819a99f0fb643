"""A sheet to draw on in the manner of the 3D icons: soft balls, leaves, gloss; gives SVG."""

from dataclasses import dataclass, field

Colours = tuple[str, ...]

LEAF: Colours = ("#b7e36a", "#6fbf4b", "#2f8a4a")
LEAF_DARK: Colours = ("#7fcf6a", "#3d9a55", "#1f6a45")
WOODEN: Colours = ("#b98a5e", "#8a5d3c", "#5d3a29")


@dataclass
class Sheet:
    """A drawing of 256 by 256 in the making."""

    defs: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def svg(self) -> str:
        """Return the finished drawing."""
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">'
            '<defs><filter id="soft" x="-50%" y="-50%" width="200%" height="200%">'
            '<feGaussianBlur stdDeviation="5"/></filter>'
            '<filter id="softer" x="-50%" y="-50%" width="200%" height="200%">'
            f'<feGaussianBlur stdDeviation="11"/></filter>{"".join(self.defs)}</defs>'
            f"{''.join(self.marks)}</svg>"
        )

    def paint(self, colours: Colours, *, down: bool = False) -> str:
        """Return a paint: light from the upper left as on a ball, or from top to bottom."""
        name = f"g{len(self.defs)}"
        last = max(len(colours) - 1, 1)
        stops = "".join(
            f'<stop offset="{at / last:.2f}" stop-color="{colour}"/>'
            for at, colour in enumerate(colours)
        )
        if down:
            made = f'<linearGradient id="{name}" x1=".3" y1="0" x2=".6" y2="1">{stops}</linearGradient>'
        else:
            made = f'<radialGradient id="{name}" cx=".36" cy=".3" r=".78">{stops}</radialGradient>'
        self.defs.append(made)
        return f"url(#{name})"

    def ball(self, x: float, y: float, rx: float, ry: float, colours: Colours) -> None:
        """Draw a ball with a gloss."""
        fill = self.paint(colours)
        self.marks.append(f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}"/>')
        self.gloss(x - rx * 0.36, y - ry * 0.42, rx * 0.3, ry * 0.2)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        """Draw a plain ellipse."""
        self.marks.append(f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{colour}"/>')

    def shape(self, path: str, colours: Colours, *, down: bool = False) -> None:
        """Draw a filled outline."""
        self.marks.append(f'<path d="{path}" fill="{self.paint(colours, down=down)}"/>')

    def line(self, path: str, colour: str, width: float, opacity: float = 1) -> None:
        """Draw a round-ended line."""
        self.marks.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"'
            f' stroke-linecap="round" stroke-linejoin="round" opacity="{opacity}"/>'
        )

    def gloss(self, x: float, y: float, rx: float, ry: float, opacity: float = 0.5) -> None:
        """Draw a soft light."""
        self.marks.append(
            f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="#fff" opacity="{opacity}"'
            f' filter="url(#soft)" transform="rotate(-35 {x} {y})"/>'
        )

    def shade(self, x: float, y: float, rx: float, ry: float, colour: str = "#3b1d33") -> None:
        """Draw a soft shadow."""
        self.marks.append(
            f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{colour}" opacity=".28"'
            ' filter="url(#softer)"/>'
        )

    def leaf(
        self, at: tuple[float, float], length: float, turn: float, colours: Colours = LEAF
    ) -> None:
        """Draw a leaf from its stalk at ``at``, turned so many degrees from the right."""
        wide, fill = length * 0.3, self.paint(colours, down=True)
        outline = (
            f"M0 0C{length * 0.2} {-wide} {length * 0.7} {-wide * 1.1} {length} 0"
            f"C{length * 0.7} {wide * 0.9} {length * 0.25} {wide} 0 0z"
        )
        self.marks.append(
            f'<g transform="translate({at[0]} {at[1]}) rotate({turn})">'
            f'<path d="{outline}" fill="{fill}"/>'
            f'<path d="M{length * 0.08} 0Q{length * 0.5} {-wide * 0.2} {length * 0.86} 0" fill="none"'
            f' stroke="#fff" stroke-opacity=".35" stroke-width="{max(length * 0.035, 1.5)}"'
            ' stroke-linecap="round"/></g>'
        )

    def within(self, outline: str, marks: list[str]) -> None:
        """Draw marks that stay inside an outline."""
        name = f"c{len(self.defs)}"
        self.defs.append(f'<clipPath id="{name}"><path d="{outline}"/></clipPath>')
        self.marks.append(f'<g clip-path="url(#{name})">{"".join(marks)}</g>')
