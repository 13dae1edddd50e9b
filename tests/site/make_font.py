"""The font of the site's formulas, made from STIX Two Math: ``python -m tests.site.make_font STIXTwoMath-Regular.ttf``.

Needs ``fonttools`` and ``brotli``, and the font itself, which is free (SIL Open Font License) and comes with
``ziamath``, for example. Two things are done to it. Only what a formula can need is kept, which takes it from 1.5 MB to
0.1 MB. And all forms of the root sign get the width of the smallest: behind every root, Chromium 156 leaves as much
room as the widest needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import scalinglab

TARGET = Path(scalinglab.__file__).parent / "site" / "static" / "fonts" / "STIXTwoMath.woff2"

#: Latin, Greek, accents, arrows, operators, relations, fences; alphabets italic, bold, script, double and typewriter.
KEPT = """
20-7E A0-A8 AC-B7 D7 F7 131 237 2C6 2C7 2D8-2DC 391-3C9 3D1 3D5 3D6 3F0 3F1 3F5 2010-2026 2032-2037 2044 2057
2061-2064 20D6 20D7 2102 210B 210E-2113 2115 2119-211D 2124 2130 2131 2133 2190-2199 21A6 21D0-21D5 2200-222E 2234-223C
2243 2245 2248 2260-2265 226A 226B 227A 227B 2282-2288 2295-2299 22A4 22A5 22C5 22C6 22EE-22F1 2308-230B 23B4 23B5
23DC-23E1 25A1 27E8-27E9 27F5-27FA 2A7D 2A7E 2AAF 2AB0 1D400-1D467 1D49C-1D4B5 1D538-1D56B 1D670-1D6A3 1D6A8-1D71B
1D7CE-1D7E1 1D7F6-1D7FF
"""
ROOT = 0x221A


def main(source: str) -> None:
    """Read a font and write the one of the site."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(source, recalcTimestamp=False)  # the same bytes whenever it is made
    _narrow_roots(font)
    options = Options(flavor="woff2", hinting=False, layout_features=["ssty", "dtls", "flac", "kern", "mark", "mkmk"])
    options.drop_tables += ["FFTM"]
    subsetter = Subsetter(options)
    ends = [part.split("-") for part in KEPT.split()]
    subsetter.populate(unicodes=[code for end in ends for code in range(int(end[0], 16), int(end[-1], 16) + 1)])
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(TARGET)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


def _narrow_roots(font) -> None:
    """Squeeze the tall forms of the root sign, and the parts that a taller one is put together from."""
    variants = font["MATH"].table.MathVariants
    root = font.getBestCmap()[ROOT]
    forms = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    width = font["hmtx"][root][0]
    names = [one.VariantGlyph for one in forms.MathGlyphVariantRecord]
    for name in [*names, *(part.glyph for part in forms.GlyphAssembly.PartRecords)]:
        advance, _ = font["hmtx"][name]
        glyph = font["glyf"][name]
        glyph.coordinates.scale((width / advance, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, glyph.xMin)


if __name__ == "__main__":
    main(*sys.argv[1:])
