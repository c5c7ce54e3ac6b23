/** The call of the try-it form as code to copy. */

import React from 'react';

import { useApp } from '../app';
import { CodeText } from '../components/JsonText';
import { curlOf, pythonOf } from './snippetTexts';

export function Snippets(props: { url: string; body: string; useApiKey: boolean }): JSX.Element {
  const { trans } = useApp();
  const [language, setLanguage] = React.useState<'curl' | 'python'>('curl');
  const { url, body, useApiKey } = props;
  const text = language === 'curl' ? curlOf(url, body, useApiKey) : pythonOf(url, body, useApiKey);
  const choice = (key: 'curl' | 'python', title: string): JSX.Element => (
    <button
      type="button"
      className="em-Switch"
      aria-pressed={language === key}
      onClick={() => setLanguage(key)}
    >
      {title}
    </button>
  );
  return (
    <section className="em-Snippets">
      <h3 className="em-Group-title">{trans.__('The same call as code')}</h3>
      <div className="em-Switches" role="group" aria-label={trans.__('Language')}>
        {choice('curl', 'curl')}
        {choice('python', 'Python')}
      </div>
      <CodeText text={text} label={trans.__('Code')} />
    </section>
  );
}
