/** A list of short texts, written with commas between them. */

import type { FieldProps } from '@rjsf/utils';
import React from 'react';

export function StringsField(props: FieldProps): JSX.Element {
  const given = ((props.formData ?? []) as string[]).join(', ');
  const [text, setText] = React.useState(given);
  // What is typed stays as it is typed; what comes from elsewhere, such as a template, replaces it.
  React.useEffect(() => {
    setText(now => (read(now).join(', ') === given ? now : given));
  }, [given]);
  return (
    <input
      id={props.idSchema.$id}
      className="em-Input"
      value={text}
      spellCheck={false}
      aria-invalid={(props.rawErrors ?? []).length > 0}
      onChange={event => {
        setText(event.target.value);
        props.onChange(read(event.target.value));
      }}
    />
  );
}

function read(text: string): string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean);
}
