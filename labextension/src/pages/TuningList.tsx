/** All tunings of the project. */

export function TuningList(): JSX.Element {
  return <></>;
}
