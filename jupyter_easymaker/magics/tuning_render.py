"""How tunings and trials are shown, in cells and in widgets."""

from __future__ import annotations

import html
from typing import Any

from ..client.tuning_progress import TuningProgress
from .curves import spark
from .render import Shown, chip, duration, label, number, pairs, table

_REASONS = {
    "GoalReached": "The goal was reached.",
    "MaxTrialsReached": "All trials have run.",
    "SuggestionEndReached": "Every combination was tried.",
}
_BAR = 20


def reason(tuning: dict[str, Any]) -> str:
    """Return why a tuning is as it is, as a sentence; empty when there is nothing to say."""
    told: str = tuning["hyperparameterTuningStatusReason"]
    return _REASONS.get(told, told)


def objective(tuning: dict[str, Any]) -> str:
    """Return what is looked for: ``lowest loss, goal 0.1``."""
    best = "lowest" if tuning["objectiveTypeCode"] == "MINIMIZE" else "highest"
    goal = "" if tuning["objectiveGoal"] is None else f", goal {number(tuning['objectiveGoal'])}"
    return f"{best} {tuning['objectiveMetricName']}{goal}"


def counts(tuning: dict[str, Any]) -> str:
    """Return how many trials there are: ``7 of 20 trials: 2 running, 5 succeeded``."""
    total = f" of {tuning['maxTrialCount']}" if tuning["maxTrialCount"] else ""
    told = {
        "running": tuning["runningTrialCount"],
        "succeeded": tuning["successfulTrialCount"],
        "stopped early": tuning["earlyStoppedTrialCount"],
        "failed": tuning["failedTrialCount"],
    }
    other = tuning["trialCount"] - sum(told.values())
    parts = [f"{count} {what}" for what, count in {**told, "ended otherwise": other}.items() if count]
    noun = "trial" if (tuning["maxTrialCount"] or tuning["trialCount"]) == 1 else "trials"
    return f"{tuning['trialCount']}{total} {noun}" + (f": {', '.join(parts)}" if parts else "")


def best(tuning: dict[str, Any]) -> str:
    """Return the best trial so far: ``0.0123 in trial 4: lr=0.01``; empty while there is none."""
    trial = tuning["optimalTrial"]
    if not trial:
        return ""
    return f"{number(trial['objectiveValue'])} in trial {trial['trialNumber']}: {pairs(trial['hyperparameterList'])}"


def trials_table(tuning: dict[str, Any], trials: list[dict[str, Any]]) -> Shown:
    """Return trials with what they tried and reached, the best of all marked."""
    names = [spec["hyperparameterName"] for spec in tuning["hyperparameterSpecList"]]
    rows = []
    for trial in trials:
        tried = {each["parameterName"]: each["parameterValue"] for each in trial["hyperparameterList"]}
        rows.append(
            [
                f"{trial['trialNumber']}{' ★' if trial['isOptimal'] else ''}",
                trial["trialStatusCode"],
                number(trial["objectiveValue"]),
                *(tried.get(name, "") for name in names),
                duration(trial["elapsedTimeSeconds"]),
                "" if trial["trialStatusCode"] in ("RUNNING", "SUCCEEDED") else trial["trialStatusReason"],
            ]
        )
    noted = any(row[-1] for row in rows)
    columns = ["Trial", "Status", tuning["objectiveMetricName"], *names, "Time", *(["Reason"] if noted else [])]
    shown = rows if noted else [row[:-1] for row in rows]
    return table(columns, shown, empty="No trials yet.", statuses=1)


def history_curve(history: list[dict[str, Any]]) -> list[list[Any]]:
    """Return the best value after each trial, as a curve."""
    return [[each["trialNumber"], 0, each["bestSoFar"]] for each in history if each["bestSoFar"] is not None]


def header(tuning: dict[str, Any]) -> Shown:
    """Return a tuning's name, status, time and counts."""
    name, status = tuning["hyperparameterTuningName"], tuning["hyperparameterTuningStatusCode"]
    elapsed, experiment = duration(tuning["elapsedTimeSeconds"]), tuning["experiment"]["experimentName"]
    told = tuning["trialCount"] - tuning["runningTrialCount"]
    total = tuning["maxTrialCount"]
    bar = f"<progress max='{total}' value='{told}'></progress> " if total else ""
    text = [f"{name} ({experiment}): {label(status)}, {elapsed}", f"  {counts(tuning)}"]
    markup = [
        f"<b>{html.escape(name)}</b> {chip(status)} <span class='em-dim'>{html.escape(experiment)} · {elapsed} · "
        f"{html.escape(objective(tuning))}</span>",
        f"<span class='em-dim'>{bar}{counts(tuning)}</span>",
    ]
    if why := reason(tuning):
        text.append(f"  {why}")
        markup.append(html.escape(why))
    if found := best(tuning):
        metric = tuning["objectiveMetricName"]
        text.append(f"  Best {metric}: {found}")
        markup.append(f"Best {html.escape(metric)}: <b>{html.escape(found)}</b>")
    return Shown("\n".join(text), "".join(f"<div>{line}</div>" for line in markup))


def progress_shown(progress: TuningProgress) -> Shown:
    """Return all there is to see of a tuning under way."""
    parts = [header(progress.tuning)]
    if curve := history_curve(progress.history):
        parts.append(spark([curve]))
    if progress.trials:
        parts.append(trials_table(progress.tuning, progress.trials))
    return Shown("\n".join(part.text for part in parts), "".join(part.markup for part in parts))


def importances(charts: dict[str, Any]) -> Shown:
    """Return how much each hyperparameter matters, or why that cannot be told yet."""
    rows = [[each["hyperparameterName"], f"{each['importance']:.0%}"] for each in charts["importanceList"]]
    bars = [_bar(each["importance"]) for each in charts["importanceList"]]
    note = charts["importanceNote"] or "No importances yet."
    return table(["Hyperparameter", "Importance"], rows, empty=f"Importances: {note}", pictures=bars)


def _bar(share: float) -> Shown:
    markup = f"<progress max='1' value='{share:.3f}'></progress>"
    return Shown("█" * round(share * _BAR), markup)
