import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ollama } from 'ollama';

const host = process.env.OLLAMA_HOST;
const client = new Ollama({ host });
const messages = [{ role: 'user', content: 'why is the sky blue?' }];
const sky = 'The sky is blue because of Rayleigh scattering.';

test('a whole answer with counts', async () => {
  const answer = await client.chat({ model: 'llama3.2', messages });
  assert.equal(answer.message.content, sky);
  assert.equal(answer.done, true);
  assert.equal(answer.done_reason, 'stop');
  assert.equal(answer.prompt_eval_count, 26);
  assert.equal(answer.eval_count, 9);
});

test('a streamed answer', async () => {
  let text = '', last = null;
  for await (const part of await client.chat({ model: 'llama3.2', messages, stream: true })) {
    text += part.message.content;
    last = part;
  }
  assert.equal(text, sky);
  assert.equal(last.done, true);
  assert.ok(last.total_duration > 0);
});

test('streaming is the default of the server', async () => {
  const response = await fetch(`${host}/api/chat`, { method: 'POST', body: JSON.stringify({ model: 'llama3.2', messages }) });
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  const lines = (await response.text()).trim().split('\n').map((l) => JSON.parse(l));
  assert.ok(lines.length > 3);
  assert.equal(lines.at(-1).done, true);
});

test('thinking', async () => {
  let thinking = '', text = '';
  for await (const part of await client.chat({ model: 'deepseek-r1', messages, think: true, stream: true })) {
    thinking += part.message.thinking ?? '';
    text += part.message.content;
  }
  assert.equal(thinking, 'Two and two make four.');
  assert.equal(text, 'Four.');
  const silent = await client.chat({ model: 'deepseek-r1', messages, think: false });
  assert.equal(silent.message.thinking, undefined);
  await assert.rejects(client.chat({ model: 'llama3.2', messages, think: true }), /"llama3.2" does not support thinking/);
});

test('tools, streamed and whole', async () => {
  const tools = [{ type: 'function', function: { name: 'get_weather', description: 'the weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
  const whole = await client.chat({ model: 'tools', messages, tools });
  assert.deepEqual(whole.message.tool_calls[0].function.arguments, { city: 'Paris', unit: 'celsius' });
  const calls = [];
  for await (const part of await client.chat({ model: 'tools', messages, tools, stream: true })) calls.push(...(part.message.tool_calls ?? []));
  assert.deepEqual(calls.map((c) => c.function.name), ['get_weather', 'get_time']);
});

test('Cyrillic and emoji', async () => {
  let text = '';
  for await (const part of await client.chat({ model: 'cyrillic', messages, stream: true })) text += part.message.content;
  assert.equal(text, 'Небо голубое 🌤️ из-за рассеяния света.');
});

test('generate, embed, list, show, ps, version', async () => {
  assert.equal((await client.generate({ model: 'llama3.2', prompt: 'why?' })).response, sky);
  let text = '';
  for await (const part of await client.generate({ model: 'llama3.2', prompt: 'why?', stream: true })) text += part.response;
  assert.equal(text, sky);
  assert.equal((await client.embed({ model: 'all-minilm', input: ['a', 'b'] })).embeddings.length, 2);
  assert.equal((await client.list()).models[0].name, 'llama3.2:latest');
  const shown = await client.show({ model: 'llama3.2' });
  assert.deepEqual(shown.capabilities, ['completion', 'tools']);
  assert.equal(shown.model_info['llama.context_length'], 131072);
  assert.ok((await client.ps()).models.length > 0);
  assert.match((await client.version()).version, /^\d+\.\d+/);
  assert.equal(await (await fetch(host)).text(), 'Ollama is running');
});

test('an empty chat loads the model', async () => {
  assert.equal((await client.chat({ model: 'llama3.2', messages: [] })).done_reason, 'load');
  assert.equal((await client.chat({ model: 'llama3.2', messages: [], keep_alive: 0 })).done_reason, 'unload');
});

test('errors in the client\'s own type', async () => {
  const is = (status, words) => (e) => e.name === 'ResponseError' && e.status_code === status && words.test(e.error);
  await assert.rejects(client.chat({ model: 'nope', messages }), is(404, /^model 'nope' not found$/));
  await assert.rejects(client.chat({ messages }), is(400, /^model is required$/));
  await assert.rejects(client.chat({ model: 'all-minilm', messages }), is(400, /^"all-minilm" does not support chat$/));
  await assert.rejects(client.chat({ model: 'broken', messages }), is(500, /runner process has terminated/));
  await assert.rejects(client.chat({ model: 'limited', messages, stream: true }), is(429, /usage limit/));
});

test('an error line inside a stream is thrown, a missing end too', async () => {
  const read = async (model) => { for await (const _ of await client.chat({ model, messages, stream: true })); };
  await assert.rejects(read('error-inside'), /unexpected EOF/);
  await assert.rejects(read('cut'), /Did not receive done/);
});

test('abort ends the stream and the connection', async () => {
  const own = new Ollama({ host });
  const stream = await own.chat({ model: 'slow', messages, stream: true });
  await assert.rejects(async () => { for await (const _ of stream) own.abort(); }, { name: 'AbortError' });
});
