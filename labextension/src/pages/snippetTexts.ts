/** A call of a model as a shell command and as Python; what is quoted reads back as it was. */

const KEY = 'X-Api-Key';

/** @param useApiKey - the key itself is not known here: it comes from the variable EASYMAKER_API_KEY. */
export function curlOf(url: string, body: string, useApiKey: boolean): string {
  const quoted = body.replace(/'/g, `'\\''`);
  return [
    `curl -X POST '${url}'`,
    `-H 'Content-Type: application/json'`,
    ...(useApiKey ? [`-H "${KEY}: $EASYMAKER_API_KEY"`] : []),
    `-d '${quoted}'`
  ].join(' \\\n  ');
}

export function pythonOf(url: string, body: string, useApiKey: boolean): string {
  const headers = useApiKey ? `headers={"${KEY}": os.environ["EASYMAKER_API_KEY"]}, ` : '';
  return [
    ...(useApiKey ? ['import os', ''] : []),
    'import requests',
    '',
    `answer = requests.post(`,
    `    ${JSON.stringify(url)},`,
    `    json=${literal(body)},`,
    ...(headers ? [`    ${headers.trim()}`] : []),
    `    timeout=60,`,
    `)`,
    'answer.raise_for_status()',
    'print(answer.json())'
  ].join('\n');
}

/** JSON as a Python expression; what is not JSON yet stays as it is typed. */
function literal(body: string): string {
  try {
    return python(JSON.parse(body) as unknown);
  } catch {
    return body;
  }
}

function python(value: unknown): string {
  if (value === null) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (Array.isArray(value)) {
    return `[${value.map(python).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([key, entry]) => `${JSON.stringify(key)}: ${python(entry)}`
    );
    return `{${entries.join(', ')}}`;
  }
  return JSON.stringify(value);
}
