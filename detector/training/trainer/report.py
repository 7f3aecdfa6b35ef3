"""Tables of the figures, as Markdown. What is bad is printed like what is good."""


def table_of(rows: list) -> str:
    lines = ["| test | threshold | TP | FN | FP | TN | recall [95 %] | FPR [95 %] | AUC | PR-AUC | TPR at 0.1 % | TPR at 1 % | precision at 1 in 10 000 |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for name, rule, m in rows:
        lines.append("| " + " | ".join([name, rule, *[str(m[k]) for k in ("tp", "fn", "fp", "tn")], with_interval(m, "recall"), with_interval(m, "fpr"),
                                        number(m, "auc", 5), number(m, "pr_auc", 4), number(m, "tpr_at_01", 4), number(m, "tpr_at_1", 4), number(m, "ppv_at_1e4", 4)]) + " |")
    return "\n".join(lines)


def number(figures: dict, key: str, digits: int) -> str:
    return f"{figures[key]:.{digits}f}" if key in figures else "-"


def with_interval(figures: dict, key: str) -> str:
    if key not in figures:
        return "-"
    low, high = figures[f"{key}_ci"]
    return f"{figures[key]:.4f} [{low:.4f}, {high:.4f}]"


def goals_table(goals: list[tuple[str, float, str, float, str]]) -> str:
    """Of (what is asked, the limit, ">=" or "<=", the figure, why it is missed or what is to be known)."""
    lines = ["| goal | figure | |", "|---|---|---|"]
    for what, limit, sense, figure, why in goals:
        met = figure >= limit if sense == ">=" else figure <= limit
        gap = "" if met else f"missed by {abs(figure - limit):.3f}. "
        lines.append(f"| {what} {sense} {limit} | {figure:.4f} | {'met. ' if met else gap}{why} |")
    return "\n".join(lines)


def classes_table(by_class: list[tuple[str, int, int]]) -> str:
    return "\n".join(["| class | flagged | of |", "|---|---|---|", *[f"| {name} | {hits} | {of} |" for name, hits, of in by_class]])
