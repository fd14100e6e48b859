import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GigaChat } from 'gigachat';

// Base and auth URL come from GIGACHAT_BASE_URL and GIGACHAT_AUTH_URL, as the client takes them.
const credentials = Buffer.from('fake-id:fake-secret').toString('base64');
const client = new GigaChat({ credentials });
const messages = [{ role: 'user', content: 'why is the sky blue?' }];
const sky = 'The sky is blue because of Rayleigh scattering.';

test('a whole answer with usage and request id', async () => {
  const answer = await client.chat({ messages });
  assert.equal(answer.choices[0].message.content, sky);
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.model, 'GigaChat:2.0.28.2');
  assert.deepEqual([answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens], [26, 9, 35]);
  assert.match(answer.xHeaders.xRequestID, /^[0-9a-f-]{36}$/);
});

test('a prompt alone', async () => {
  assert.equal((await client.chat('why?')).choices[0].message.content, sky);
});

test('a streamed answer with usage on its last event', async () => {
  let text = '', last = null;
  for await (const chunk of client.stream({ messages })) {
    text += chunk.choices[0].delta.content ?? '';
    last = chunk;
  }
  assert.equal(text, sky);
  assert.equal(last.choices[0].finish_reason, 'stop');
  assert.equal(last.usage.completion_tokens, 9);
});

test('Cyrillic and emoji', async () => {
  let text = '';
  for await (const chunk of client.stream({ model: 'cyrillic', messages })) text += chunk.choices[0].delta.content ?? '';
  assert.equal(text, 'Небо голубое 🌤️ из-за рассеяния света.');
});

test('a function call, its result and the answer after it', async () => {
  const functions = [{ name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
  const first = await client.chat({ model: 'tools', messages, functions, function_call: 'auto' });
  const made = first.choices[0].message;
  assert.equal(first.choices[0].finish_reason, 'function_call');
  assert.deepEqual(made.function_call.arguments, { city: 'Paris', unit: 'celsius' });
  assert.ok(made.functions_state_id);
  const second = await client.chat({ messages: [...messages, made, { role: 'function', name: 'get_weather', content: '{"t":20}' }], functions });
  assert.equal(second.choices[0].message.content, sky);
});

test('a refusal is an answer', async () => {
  const answer = await client.chat({ model: 'refused', messages });
  assert.equal(answer.choices[0].finish_reason, 'blacklist');
  assert.ok(answer.usage.total_tokens > 0);
});

test('models, balance and counts of tokens', async () => {
  const { data } = await client.getModels();
  assert.ok(data.some((m) => m.id === 'GigaChat-2-Pro' && m.type === 'chat') && data.some((m) => m.type === 'embedder'));
  assert.equal((await client.getModel('GigaChat')).object, 'model');
  assert.equal((await client.balance()).balance[0].value, 900000);
  const { tokens } = await client.tokensCount(['First text', 'Second text']);
  assert.deepEqual(tokens.map((t) => t.characters), [10, 11]);
});

test('errors are the client\'s own error types', async () => {
  const status = (wanted) => (e) => e.response?.status === wanted;
  await assert.rejects(client.chat({ model: 'nowhere', messages }), status(404));
  await assert.rejects(client.chat({ model: 'limited', messages }), status(429));
  await assert.rejects(client.chat({ model: 'broken', messages }), status(500));
  await assert.rejects(client.chat({ messages, temperature: 0 }), status(422));
  await assert.rejects(client.chat({ messages: [...messages, { role: 'system', content: 'late' }] }), status(422));
  await assert.rejects(client.chat({ messages, stop: ['x'] }), status(422));
  await assert.rejects(new GigaChat({ credentials, scope: 'GIGACHAT_API_CORP' }).chat({ messages }), (e) => e.response.status === 400 && e.response.data.code === 7);
  const wrong = Buffer.from('fake-id:other').toString('base64');
  await assert.rejects(new GigaChat({ credentials: wrong }).chat({ messages }), (e) => e.response.status === 401 && e.response.data.code === 6);
  await assert.rejects(new GigaChat({ accessToken: 'nobodys' }).chat({ messages }), status(401));
});

test('user and password', async () => {
  const answer = await new GigaChat({ user: 'anna', password: 'fake-password' }).chat({ messages });
  assert.equal(answer.choices[0].message.content, sky);
});

test('a token that is refused is fetched anew', async () => {
  const own = new GigaChat({ credentials });
  own._accessToken = { access_token: 'forgotten', expires_at: 0 };
  assert.equal((await own.chat({ messages })).choices[0].message.content, sky);
});

test('an aborted stream closes the connection', async () => {
  const abort = new AbortController();
  await client.stream_readable({ model: 'slow', messages }, abort.signal);
  abort.abort();
});
