/** One tuning. */

export function TuningDetail(_props: { id: string }): JSX.Element {
  return <></>;
}
