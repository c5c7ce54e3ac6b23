/** What a tuning says in codes, as people say it. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  HyperparameterType,
  IHyperparameterRange,
  ITuning,
  ObjectiveType,
  TuningStrategy
} from './tuningTypes';

/** Why it is in its status: of a complete one a sentence made of the code, with what follows it. */
export function reasonOf(tuning: ITuning, trans: TranslationBundle): string {
  const sentences: Record<string, string> = {
    GoalReached: trans.__('The goal was reached.'),
    MaxTrialsReached: trans.__('All trials that were asked for have run.'),
    SuggestionEndReached: trans.__('All combinations of hyperparameters were tried.')
  };
  const [code, ...rest] = tuning.hyperparameterTuningStatusReason.split(/\.\s+/);
  const sentence = sentences[code];
  return sentence
    ? [sentence, rest.join('. ')].join(' ').trim()
    : tuning.hyperparameterTuningStatusReason;
}

export function strategyLabel(strategy: TuningStrategy, trans: TranslationBundle): string {
  const labels: Record<TuningStrategy, string> = {
    GRID: trans.__('Grid'),
    RANDOM: trans.__('Random'),
    BAYESIAN_OPTIMIZATION: trans.__('Bayesian optimization'),
    GAUSSIAN_PROCESS: trans.__('Gaussian process'),
    CMA_ES: 'CMA-ES',
    QMC: trans.__('Quasi-Monte Carlo')
  };
  return labels[strategy] ?? strategy;
}

export function directionLabel(direction: ObjectiveType, trans: TranslationBundle): string {
  return direction === 'MAXIMIZE' ? trans.__('Maximize') : trans.__('Minimize');
}

export function typeLabel(type: HyperparameterType, trans: TranslationBundle): string {
  const labels: Record<HyperparameterType, string> = {
    int: trans.__('Integer'),
    double: trans.__('Decimal'),
    discrete: trans.__('Discrete'),
    categorical: trans.__('Categorical')
  };
  return labels[type] ?? type;
}

/** `0.001 – 0.1`, or the values of a list. */
export function rangeText(range: IHyperparameterRange, trans: TranslationBundle): string {
  if (range.hyperparameterSpecifiedValues) {
    return range.hyperparameterSpecifiedValues.split(',').join(', ');
  }
  const ends = `${range.hyperparameterMinValue} – ${range.hyperparameterMaxValue}`;
  return range.hyperparameterStep ? trans.__('%1, by %2', ends, range.hyperparameterStep) : ends;
}

/** A value the search chose, with no more digits than say something; whole numbers and words as they are. */
export function chosenText(value: string): string {
  return value.length > 7 && /^-?[\d.]+(e-?\d+)?$/.test(value) && /[.e]/.test(value)
    ? String(Number(Number(value).toPrecision(4)))
    : value;
}

/** Why no importances are shown; the backend says it in English. */
export function importanceNote(note: string, trans: TranslationBundle): string {
  const notes: Record<string, string> = {
    'Shown once four trials have succeeded.': trans.__('Shown once four trials have succeeded.'),
    'All trials have the same objective value so far.': trans.__(
      'All trials have the same objective value so far.'
    ),
    'They cannot be told from these trials.': trans.__('They cannot be told from these trials.')
  };
  return notes[note] ?? note;
}
