import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

const baseURL = process.env.OPENAI_BASE_URL;
const client = new OpenAI({ baseURL, apiKey: 'sk-fake-0123456789', maxRetries: 0 });
const messages = [{ role: 'user', content: 'why is the sky blue?' }];
const sky = 'The sky is blue because of Rayleigh scattering.';

test('a whole answer with usage and request id', async () => {
  const answer = await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
  assert.equal(answer.choices[0].message.content, sky);
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.usage.prompt_tokens, 26);
  assert.equal(answer.usage.total_tokens, 35);
  assert.match(answer._request_id, /^req_/);
});

test('a streamed answer with usage', async () => {
  const stream = await client.chat.completions.create({ model: 'gpt-4o-mini', messages, stream: true, stream_options: { include_usage: true } });
  let text = '', usage = null, finish = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    finish ??= chunk.choices[0]?.finish_reason ?? null;
    usage ??= chunk.usage ?? null;
  }
  assert.equal(text, sky);
  assert.equal(finish, 'stop');
  assert.equal(usage.completion_tokens, 9);
});

test('the stream helper puts tool calls together', async () => {
  const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
  const answer = await client.chat.completions.stream({ model: 'tools', messages, tools }).finalChatCompletion();
  const calls = answer.choices[0].message.tool_calls;
  assert.equal(calls.length, 2);
  assert.deepEqual(JSON.parse(calls[0].function.arguments), { city: 'Paris', unit: 'celsius' });
  assert.equal(answer.choices[0].finish_reason, 'tool_calls');
});

test('a tool call, its result and the answer after it', async () => {
  const first = await client.chat.completions.create({ model: 'tools', messages });
  const made = first.choices[0].message;
  const results = made.tool_calls.map((c) => ({ role: 'tool', tool_call_id: c.id, content: 'sunny' }));
  const second = await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [...messages, made, ...results] });
  assert.equal(second.choices[0].message.content, sky);
});

test('Cyrillic and emoji', async () => {
  const stream = await client.chat.completions.create({ model: 'cyrillic', messages, stream: true });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? '';
  assert.equal(text, 'Небо голубое 🌤️ из-за рассеяния света.');
});

test('models and embeddings', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  assert.deepEqual(models, ['gpt-4o-mini']);
  assert.equal((await client.models.retrieve('gpt-4o-mini')).object, 'model');
  const { data, usage } = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['a', 'b'] });
  assert.equal(data.length, 2);
  assert.equal(data[0].embedding.length, 8);
  assert.ok(usage.total_tokens > 0);
});

test('errors are the client\'s own error types', async () => {
  const create = (body, c = client) => c.chat.completions.create(body);
  await assert.rejects(create({ model: 'limited', messages }), (e) => e instanceof OpenAI.RateLimitError && e.code === 'rate_limit_exceeded' && e.headers.get('retry-after') === '0');
  await assert.rejects(create({ model: 'broken', messages }), (e) => e instanceof OpenAI.InternalServerError && e.type === 'server_error');
  await assert.rejects(create({ messages }), (e) => e instanceof OpenAI.BadRequestError && /model parameter/.test(e.message));
  await assert.rejects(create({ model: 'm' }), (e) => e instanceof OpenAI.BadRequestError && e.param === 'messages' && e.code === 'missing_required_parameter');
  await assert.rejects(create({ model: 'm', messages: [] }), (e) => e instanceof OpenAI.BadRequestError && e.code === 'empty_array');
  await assert.rejects(create({ model: 'm', messages, temperature: 3 }), (e) => e instanceof OpenAI.BadRequestError && e.param === 'temperature');
  const wrongKey = new OpenAI({ baseURL, apiKey: 'sk-wrong-0123456789', maxRetries: 0 });
  await assert.rejects(create({ model: 'm', messages }, wrongKey), (e) => e instanceof OpenAI.AuthenticationError && e.code === 'invalid_api_key');
  await assert.rejects(client.get('/nowhere'), (e) => e instanceof OpenAI.NotFoundError);
});

test('an error inside a stream is thrown', async () => {
  const stream = await client.chat.completions.create({ model: 'error-inside', messages, stream: true });
  await assert.rejects(async () => { for await (const _ of stream); }, (e) => e instanceof OpenAI.APIError && e.type === 'server_error');
});

test('the client retries by the header and succeeds or gives up', async () => {
  const retrying = new OpenAI({ baseURL, apiKey: 'sk-fake-0123456789', maxRetries: 1 });
  await assert.rejects(retrying.chat.completions.create({ model: 'limited', messages }), OpenAI.RateLimitError);
});

test('an aborted stream closes the connection', async () => {
  const stream = await client.chat.completions.create({ model: 'slow', messages, stream: true });
  for await (const _ of stream) { stream.controller.abort(); break; }
});
