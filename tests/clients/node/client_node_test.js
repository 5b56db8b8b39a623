// What programs do with @kubernetes/client-node: `node --test client_node_test.js` with a KUBECONFIG.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const custom = config.makeApiClient(k8s.CustomObjectsApi);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
const gateways = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'gateways' };
let namespace;

const gateway = (name) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace },
  spec: { gatewayClassName: 'example', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
});
const configMap = (name, data, labels) => ({ metadata: { name, labels }, data });
const as = (type) => k8s.setHeaderOptions('Content-Type', type);

async function eventually(holds, what) {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`it never came true that ${what}`);
}

before(async () => {
  const made = await core.createNamespace({ body: { metadata: { generateName: 'client-node-' } } });
  namespace = made.metadata.name;
});
after(() => core.deleteNamespace({ name: namespace }));

test('R7.4 R8.1 R8.3 the typed API creates, reads, replaces, lists and deletes', async () => {
  const made = await core.createNamespacedConfigMap({ namespace, body: configMap('typed', { a: 'ü' }, { test: 'typed' }) });
  assert.ok(made.metadata.uid && made.metadata.creationTimestamp instanceof Date);
  made.data.a = '2';
  const replaced = await core.replaceNamespacedConfigMap({ name: 'typed', namespace, body: made });
  assert.notEqual(replaced.metadata.resourceVersion, made.metadata.resourceVersion);
  await assert.rejects(core.replaceNamespacedConfigMap({ name: 'typed', namespace, body: made }), { code: 409 });
  const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'test=typed' });
  assert.deepEqual(list.items.map((item) => item.data), [{ a: '2' }]);
  await core.deleteNamespacedConfigMap({ name: 'typed', namespace });
  await assert.rejects(core.readNamespacedConfigMap({ name: 'typed', namespace }), { code: 404 });
});

test('R9.3 R9.4 R9.5 every type of patch', async () => {
  const name = 'patched';
  const ports = [{ name: 'a', port: 80 }];
  await core.createNamespacedService({ namespace, body: { metadata: { name }, spec: { ports } } });
  const patch = (type, body) => core.patchNamespacedService({ name, namespace, body }, as(type));
  await patch(k8s.PatchStrategy.StrategicMergePatch, { spec: { ports: [{ name: 'b', port: 81 }] } });
  await patch(k8s.PatchStrategy.MergePatch, { metadata: { labels: { merged: 'yes' } } });
  const patched = await patch(k8s.PatchStrategy.JsonPatch, [{ op: 'test', path: '/metadata/labels/merged', value: 'yes' },
    { op: 'add', path: '/metadata/labels/json', value: 'yes' }]);
  assert.deepEqual(patched.metadata.labels, { merged: 'yes', json: 'yes' });
  assert.deepEqual(patched.spec.ports.map((port) => port.port).sort(), [80, 81]);
});

test('R2.7 the object API finds the path of any kind', async () => {
  const made = await objects.create(gateway('object'));
  assert.equal((await objects.read(made)).metadata.uid, made.metadata.uid);
  const changed = { ...gateway('object'), metadata: { name: 'object', namespace, labels: { a: 'b' } } };
  const merged = await objects.patch(changed, undefined, undefined, undefined, undefined, k8s.PatchStrategy.MergePatch);
  assert.deepEqual(merged.metadata.labels, { a: 'b' });
  const list = await objects.list('gateway.networking.k8s.io/v1', 'Gateway', namespace);
  assert.deepEqual(list.items.map((item) => item.metadata.name), ['object']);
  await objects.delete(made);
  await assert.rejects(objects.read(made), { code: 404 });
});

test('R9.4 R13.2 custom objects: merge patch, JSON patch, status', async () => {
  await custom.createNamespacedCustomObject({ ...gateways, namespace, body: gateway('custom') });
  const at = { ...gateways, namespace, name: 'custom' };
  await custom.patchNamespacedCustomObject({ ...at, body: { metadata: { labels: { a: 'b' } } } },
    as(k8s.PatchStrategy.MergePatch));
  await custom.patchNamespacedCustomObject({ ...at, body: [{ op: 'replace', path: '/spec/listeners/0/port', value: 81 }] },
    as(k8s.PatchStrategy.JsonPatch));
  const conditions = [{ type: 'Accepted', status: 'True', reason: 'Accepted', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  const patched = await custom.patchNamespacedCustomObjectStatus({ ...at, body: { status: { conditions } } },
    as(k8s.PatchStrategy.MergePatch));
  assert.equal(patched.spec.listeners[0].port, 81);
  assert.equal(patched.metadata.generation, 2);
  assert.equal(patched.status.conditions.find((condition) => condition.type === 'Accepted').status, 'True');
});

test('R17.2 R17.6 custom objects: server-side apply', async () => {
  const at = { ...gateways, namespace, name: 'applied' };
  const apply = (fieldManager, className, force) => {
    const body = gateway('applied');
    body.spec.gatewayClassName = className;
    return custom.patchNamespacedCustomObject({ ...at, body, fieldManager, force }, as(k8s.PatchStrategy.ServerSideApply));
  };
  const made = await apply('one', 'example');
  assert.deepEqual(made.metadata.managedFields.map((entry) => [entry.manager, entry.operation]), [['one', 'Apply']]);
  await assert.rejects(apply('two', 'other'), { code: 409 });
  assert.equal((await apply('two', 'other', true)).spec.gatewayClassName, 'other');
});

test('R11.1 R11.2 errors are statuses', async () => {
  const invalid = gateway('invalid');
  invalid.spec.listeners[0].port = 99999;
  await assert.rejects(custom.createNamespacedCustomObject({ ...gateways, namespace, body: invalid }), (error) => {
    const status = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    assert.equal(error.code, 422);
    assert.deepEqual([status.kind, status.reason, status.details.causes[0].field], ['Status', 'Invalid', 'spec.listeners[0].port']);
    return true;
  });
});

test('R16.2 R16.7 a watch delivers, and ends when it is aborted', async () => {
  const seen = [];
  let ended;
  const done = new Promise((resolve) => { ended = resolve; });
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const request = await new k8s.Watch(config).watch(path, { labelSelector: 'test=watch', allowWatchBookmarks: true },
    (type, object) => seen.push(`${type} ${object.metadata.name}`), ended);
  await core.createNamespacedConfigMap({ namespace, body: configMap('watched', {}, { test: 'watch' }) });
  await core.deleteNamespacedConfigMap({ name: 'watched', namespace });
  await eventually(() => seen.includes('DELETED watched'), 'the deletion was seen');
  assert.deepEqual(seen.filter((line) => !line.startsWith('BOOKMARK')), ['ADDED watched', 'DELETED watched']);
  request.abort();
  assert.equal((await done)?.name, 'AbortError');
});

test('R16.9 R26.8 an informer goes on after the server ended its watch', async () => {
  // The server ends each watch after a second.
  const path = `/api/v1/namespaces/${namespace}/configmaps?timeoutSeconds=1`;
  let lists = 0;
  let connects = 0;
  const seen = [];
  const informer = k8s.makeInformer(config, path, () => {
    lists++;
    return core.listNamespacedConfigMap({ namespace, labelSelector: 'test=informer' });
  }, 'test=informer');
  for (const verb of ['add', 'update', 'delete']) informer.on(verb, (object) => seen.push(`${verb} ${object.metadata.name}`));
  informer.on('connect', () => connects++);
  informer.on('error', (error) => seen.push(`error ${error}`));
  await core.createNamespacedConfigMap({ namespace, body: configMap('first', {}, { test: 'informer' }) });
  await informer.start();
  await eventually(() => connects >= 3, 'the watch was ended twice');
  await core.createNamespacedConfigMap({ namespace, body: configMap('second', {}, { test: 'informer' }) });
  await core.patchNamespacedConfigMap({ name: 'first', namespace, body: { data: { a: 'b' } } }, as(k8s.PatchStrategy.MergePatch));
  await core.deleteNamespacedConfigMap({ name: 'second', namespace });
  await eventually(() => seen.includes('delete second'), 'the deletion was seen');
  assert.deepEqual(seen, ['add first', 'add second', 'update first', 'delete second']);
  assert.equal(lists, 1);
  assert.equal(informer.get('first', namespace).data.a, 'b');
  await informer.stop();
});
