/** The instances of a stage and its autoscaler, changed while it serves. */

import React from 'react';

import { useApp } from '../app';
import { Button } from '../components/Button';
import { refusedBecause } from '../errors';
import type { IStage, IStageUpdate } from '../endpointTypes';

type Name =
  | 'nodeCount'
  | 'caMinNodeCount'
  | 'caMaxNodeCount'
  | 'caScaleDownUtilThresh'
  | 'caScaleDownUnneededTime'
  | 'caScaleDownDelayAfterAdd';

export function StageScaleForm(props: { stage: IStage; close(): void }): JSX.Element {
  const { trans, model } = useApp();
  const { stage, close } = props;
  const [value, setValue] = React.useState<IStageUpdate>(() => settingsOf(stage));
  const [error, setError] = React.useState<unknown>(null);
  const [busy, setBusy] = React.useState(false);
  const titles: Record<Name, string> = {
    nodeCount: trans.__('Instances'),
    caMinNodeCount: trans.__('Minimum instances'),
    caMaxNodeCount: trans.__('Maximum instances'),
    caScaleDownUtilThresh: trans.__('Use threshold (%)'),
    caScaleDownUnneededTime: trans.__('Below threshold for (minutes)'),
    caScaleDownDelayAfterAdd: trans.__('Delay after adding (minutes)')
  };
  const field = (name: Name): JSX.Element => (
    <label className="em-Scale-field">
      {titles[name]}
      <input
        className="em-Input"
        type="number"
        min={1}
        required
        value={value[name] ?? ''}
        onChange={event =>
          setValue({
            ...value,
            [name]: event.target.value === '' ? undefined : Number(event.target.value)
          })
        }
      />
    </label>
  );
  const box = (name: 'caEnable' | 'caScaleDownEnable', title: string): JSX.Element => (
    <label className="em-Checkbox">
      <input
        type="checkbox"
        checked={value[name] === true}
        onChange={event => setValue({ ...value, [name]: event.target.checked })}
      />
      {title}
    </label>
  );
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    model.client.stages.update(stage.endpointStageId, value).then(close, (refused: unknown) => {
      setError(refused);
      setBusy(false);
    });
  };
  return (
    <form className="em-EditForm em-Scale" onSubmit={submit}>
      {field('nodeCount')}
      {box('caEnable', trans.__('Autoscaler'))}
      {value.caEnable && (
        <>
          {field('caMinNodeCount')}
          {field('caMaxNodeCount')}
          {box('caScaleDownEnable', trans.__('Scale down'))}
          {value.caScaleDownEnable && (
            <>
              {field('caScaleDownUtilThresh')}
              {field('caScaleDownUnneededTime')}
              {field('caScaleDownDelayAfterAdd')}
            </>
          )}
        </>
      )}
      {error !== null && (
        <p className="em-Problem" role="alert">
          {refusedBecause(error, titles)}
        </p>
      )}
      <div className="em-Modal-buttons">
        <button
          type="submit"
          className="em-Button em-mod-accept"
          disabled={busy}
          title={trans.__('Save')}
        >
          {trans.__('Save')}
        </button>
        <Button label={trans.__('Cancel')} onClick={close} />
      </div>
    </form>
  );
}

function settingsOf(stage: IStage): IStageUpdate {
  const { autoScaler } = stage;
  return {
    nodeCount: stage.nodeCount,
    caEnable: autoScaler.enable,
    caMinNodeCount: autoScaler.minNodeCount,
    caMaxNodeCount: autoScaler.maxNodeCount,
    caScaleDownEnable: autoScaler.scaleDownEnable,
    caScaleDownUtilThresh: autoScaler.scaleDownUtilThreshPercentage,
    caScaleDownUnneededTime: autoScaler.scaleDownUnneededMinute,
    caScaleDownDelayAfterAdd: autoScaler.scaleDownDelayAfterAddMinute
  };
}
