"""What `make bench --write` puts into docs/: tables between the marks of performance.md, and a chart."""

from html import escape
from pathlib import Path

from infra.generated_files import write_section

DOCS = Path(__file__).parents[2] / "docs"
Medians = dict[str, dict[str, float]]
_PANELS = (("wall", "wall time, s", 1.0), ("cpu", "CPU time, s", 1.0), ("bytes", "bytes in and out, MB", 1e6))
_BAR, _LABEL, _PANEL, _TOP = 18, 170, 250, 46


def write_page(cases: dict[str, Medians], rounds: int) -> None:
    """Put tables and chart of these cases in the place of those before."""
    tables = "\n".join(_table(name, medians) for name, medians in cases.items())
    note = f"Medians of {rounds} rounds." if rounds > 1 else "One round; single figures scatter by a tenth or more."
    write_section(DOCS / "performance.md", "bench", f"{note}\n\n{tables}")
    (DOCS / "performance.svg").write_text(_chart(cases), encoding="utf-8")


def _table(name: str, medians: Medians) -> str:
    rows = [f"**{name}**", "", "| | wall s | CPU s | MB in + out | peak MB |", "|---|--:|--:|--:|--:|"]
    for method, figures in medians.items():
        rows.append(
            f"| {method} | {figures['wall']:.2f} | {figures['cpu']:.2f} | {figures['bytes'] / 1e6:,.0f} |"
            f" {figures['memory'] / 1e6:.0f} |"
        )
    peers = [figures for method, figures in medians.items() if method != "seqport"]
    if peers and "seqport" in medians:
        ours = medians["seqport"]
        best = [ours[f] / min(peer[f] for peer in peers) for f in ("wall", "cpu", "bytes", "memory")]
        rows.append("| *ours / best peer in the figure* | " + " | ".join(f"*{ratio:.3f}*" for ratio in best) + " |")
    return "\n".join([*rows, ""])


def _chart(cases: dict[str, Medians]) -> str:
    """Bars of all cases and methods, one panel a figure; ours is dark."""
    height = _TOP + sum(28 + _BAR * len(medians) + 14 for medians in cases.values())
    width = _LABEL + len(_PANELS) * (_PANEL + 70) + 20
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12"><title>Seqport beside its peers: shorter is better</title>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    ]
    for k, (_, title, _) in enumerate(_PANELS):
        out.append(f'<text x="{_LABEL + k * (_PANEL + 70)}" y="26" font-weight="bold">{title}</text>')
    y = _TOP
    for name, medians in cases.items():
        out.append(f'<text x="8" y="{y + 12}" font-weight="bold">{escape(name)}</text>')
        y += 24
        for method, figures in medians.items():
            colour = "#0b5c7a" if method == "seqport" else "#b8c4cc"
            out.append(f'<text x="{_LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(method)}</text>')
            for k, (figure, _, unit) in enumerate(_PANELS):
                most = max(values[figure] for values in medians.values()) or 1
                x, length = _LABEL + k * (_PANEL + 70), max(1.0, _PANEL * figures[figure] / most)
                value = figures[figure] / unit
                shown = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
                out.append(f'<rect x="{x}" y="{y + 2}" width="{length:.1f}" height="{_BAR - 5}" fill="{colour}"/>')
                out.append(f'<text x="{x + length + 4:.1f}" y="{y + 13}">{shown}</text>')
            y += _BAR
        y += 18
    return "\n".join([*out, "</svg>", ""])
