// packages/core/src/errors.ts
var InstrumentError = class extends Error {
  name = "InstrumentError";
  code;
  problems;
  constructor(code, summary, problems = [], cause) {
    const lines = problems.map(describeProblem);
    super([`${summary} [${code}]`, ...lines].join("\n"), cause === void 0 ? void 0 : { cause });
    this.code = code;
    this.problems = problems;
  }
};
function describeProblem(problem) {
  const where = problem.source === void 0 ? "" : ` (${problem.source})`;
  const fix = problem.fix === void 0 ? "" : ` ${problem.fix}`;
  const path = problem.path === "" ? "(root)" : problem.path;
  return `  - ${path}${where}: found ${problem.found}, expected ${problem.expected}.${fix}`;
}
function describeValue(value) {
  if (value === void 0) return "nothing";
  try {
    return cut(textOf(value));
  } catch {
    return typeof value === "function" ? "a function" : "an object";
  }
}
function textOf(value) {
  if (typeof value === "function") return `a function ${value.name}`.trimEnd();
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "number")
    return String(value);
  return JSON.stringify(value) ?? "an object";
}
function cut(text) {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

// packages/core/src/nearest.ts
function nearest(word, candidates) {
  let best;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const longer = Math.max(word.length, candidate.length);
    const allowed = longer < 2 ? 0 : Math.max(1, Math.floor(longer / 3));
    if (Math.abs(word.length - candidate.length) > allowed) continue;
    const distance = distanceOf(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}
function distanceOf(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i, j) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}

// packages/core/src/unknown-keys.ts
function unknownKeys(given, known, prefix = "") {
  return Object.entries(given).flatMap(([key, value]) => {
    if (known.includes(key)) return [];
    const near = nearest(key, known);
    return {
      path: `${prefix}${key}`,
      found: describeValue(value),
      expected: `one of ${known.join(", ")}`,
      fix: near === void 0 ? "Remove it." : `Did you mean ${near}?`
    };
  });
}

// packages/audit/src/lineage/graph.ts
function graphOf(index, from, reached) {
  const operationId = (position) => operationNode(index.operations[position]).id;
  const stateId = (position) => datasetNode(index.states[position]).id;
  const nodes = /* @__PURE__ */ new Map();
  const add = (node2) => {
    if (!nodes.has(node2.id)) nodes.set(node2.id, node2);
  };
  const addStates = (positions) => {
    for (const position of positions) {
      if (reached.states.has(position)) add(datasetNode(index.states[position]));
    }
  };
  const operations = [...reached.operations].map(
    (position) => index.operations[position]
  );
  for (const operation of operations.sort((one, other) => one.index - other.index)) {
    addStates(operation.reads);
    add(operationNode(operation));
    addStates(operation.writes);
  }
  addStates([...reached.states].sort((one, other) => one - other));
  const edges = [];
  for (const [operation, states] of reached.reads) {
    for (const state of states) edges.push({ from: stateId(state), to: operationId(operation) });
  }
  for (const [operation, states] of reached.writes) {
    for (const state of states) edges.push({ from: operationId(operation), to: stateId(state) });
  }
  const places = new Map([...nodes.keys()].map((id, place2) => [id, place2]));
  const place = (id) => places.get(id) ?? 0;
  edges.sort((one, other) => place(one.from) - place(other.from) || place(one.to) - place(other.to));
  const subjects = [
    ...from.operations.filter((position) => reached.operations.has(position)).map(operationId),
    ...from.states.filter((position) => reached.states.has(position)).map(stateId)
  ];
  return { subjects, nodes: [...nodes.values()], edges, isTruncated: reached.isTruncated };
}
function operationNode({ index, endIndex, action, outcome, time }) {
  return { kind: "operation", id: `operation:${index}`, index, endIndex, action, outcome, time };
}
function datasetNode({ dataset: { namespace, name }, version, writtenAt }) {
  const parts = version === void 0 && writtenAt !== void 0 ? [null, writtenAt] : [version];
  const id = `dataset:${JSON.stringify([namespace, name, ...parts.filter((part) => part !== void 0)])}`;
  return { kind: "dataset", id, namespace, name, version, writtenAt };
}

// packages/audit/src/lineage/lineage-index.ts
var LineageIndex = class {
  operations = [];
  states = [];
  #histories = /* @__PURE__ */ new Map();
  /** Positions of operations by the index of each of their entries. */
  #byEntry = /* @__PURE__ */ new Map();
  /** Operations that have started and not ended; most have read and written nothing yet. */
  #open = /* @__PURE__ */ new Map();
  /** Positions of operations that wrote, by their span. */
  #bySpan = /* @__PURE__ */ new Map();
  // One copy of each: there are few, and as many texts as entries otherwise.
  #actions = /* @__PURE__ */ new Map();
  /** Takes an entry in; entries come in the order of the journal. */
  add(entry) {
    const operation = this.#operationOf(entry);
    const { inputs = [], outputs = [], outcome } = entry;
    if (inputs.length + outputs.length === 0 || outcome === "denied") return;
    for (const input of inputs) this.#read(operation, input);
    for (const output of outputs) this.#write(operation, output, entry.index);
    const position = this.#positionOf(operation);
    this.#byEntry.set(entry.index, position);
    const { traceId, spanId } = entry.correlation ?? {};
    if (traceId !== void 0 && spanId !== void 0 && operation.writes.length > 0) {
      this.#bySpan.set(`${traceId}:${spanId}`, position);
    }
  }
  /** Connects states with the operations, once all entries are in. */
  finish() {
    this.#open.clear();
    this.#bySpan.clear();
    for (const [position, { reads, writes }] of this.operations.entries()) {
      for (const state of reads) this.states[state]?.readers.push(position);
      for (const state of writes) this.states[state]?.writers.push(position);
    }
  }
  operationAt(entry) {
    return this.#byEntry.get(entry);
  }
  historyOf(namespace, name) {
    return this.#histories.get(keyOf(namespace, name));
  }
  #operationOf(entry) {
    const { index, phase, outcome, time } = entry;
    const open2 = phase === "ended" && entry.started !== void 0 ? this.#open.get(entry.started) : void 0;
    if (open2 !== void 0 && entry.started !== void 0) {
      open2.endIndex = index;
      open2.outcome = outcome;
      this.#open.delete(entry.started);
      const position = this.#byEntry.get(entry.started);
      if (position !== void 0) this.#byEntry.set(index, position);
      return open2;
    }
    const operation = {
      index: phase === "ended" ? entry.started ?? index : index,
      endIndex: phase === "ended" ? index : void 0,
      action: this.#interned(entry.action),
      outcome,
      time,
      reads: [],
      writes: []
    };
    if (phase === "started") this.#open.set(index, operation);
    return operation;
  }
  #positionOf(operation) {
    const known = this.#byEntry.get(operation.index);
    if (known !== void 0) return known;
    const position = this.operations.push(operation) - 1;
    this.#byEntry.set(operation.index, position);
    return position;
  }
  #read(operation, { namespace, name, version, producedBy }) {
    const dataset2 = this.#history(namespace, name);
    if (version !== void 0) {
      operation.reads = operation.reads.filter((state) => !this.#isUnnamed(state, dataset2));
      include(operation.reads, dataset2.versions.get(version) ?? this.#state(dataset2, version));
      return;
    }
    if (operation.reads.some((state) => this.states[state]?.dataset === dataset2)) return;
    const bySpan = producedBy && this.#bySpan.get(`${producedBy.traceId}:${producedBy.spanId}`);
    const writes = bySpan === void 0 ? [] : this.operations[bySpan]?.writes ?? [];
    const written = writes.findLast((state) => this.states[state]?.dataset === dataset2) ?? dataset2.latest;
    if (written === void 0) dataset2.outside ??= this.#state(dataset2, void 0);
    include(operation.reads, written ?? dataset2.outside);
  }
  #write(operation, { namespace, name, version }, index) {
    const dataset2 = this.#history(namespace, name);
    const state = this.#written(operation, dataset2, version) ?? this.#state(dataset2, version);
    this.states[state].writtenAt ??= index;
    include(operation.writes, state);
    dataset2.latest = state;
  }
  /** The state that an operation writes, when it is there already. */
  #written({ writes }, dataset2, version) {
    if (version === void 0) return writes.find((state) => this.states[state]?.dataset === dataset2);
    const named = dataset2.versions.get(version);
    if (named !== void 0) return named;
    const unnamed = writes.find((state) => this.#isUnnamed(state, dataset2));
    if (unnamed === void 0) return void 0;
    this.states[unnamed].version = version;
    dataset2.versions.set(version, unnamed);
    return unnamed;
  }
  #isUnnamed(position, dataset2) {
    const state = this.states[position];
    return state?.dataset === dataset2 && state.version === void 0;
  }
  #state(dataset2, version) {
    const position = this.states.push({ dataset: dataset2, version, writtenAt: void 0, writers: [], readers: [] }) - 1;
    dataset2.states.push(position);
    if (version !== void 0) dataset2.versions.set(version, position);
    return position;
  }
  #history(namespace, name) {
    const key = keyOf(namespace, name);
    let history = this.#histories.get(key);
    if (history === void 0) {
      history = { namespace, name, latest: void 0, outside: void 0, versions: /* @__PURE__ */ new Map(), states: [] };
      this.#histories.set(key, history);
    }
    return history;
  }
  #interned(action) {
    const known = this.#actions.get(action);
    if (known !== void 0) return known;
    this.#actions.set(action, action);
    return action;
  }
};
function keyOf(namespace, name) {
  return JSON.stringify([namespace, name]);
}
function include(list, item) {
  if (!list.includes(item)) list.push(item);
}

// packages/audit/src/lineage/traverse.ts
function nothingReached() {
  return {
    operations: /* @__PURE__ */ new Set(),
    states: /* @__PURE__ */ new Set(),
    reads: /* @__PURE__ */ new Map(),
    writes: /* @__PURE__ */ new Map(),
    isTruncated: false
  };
}
function traverse(index, from, direction, { depth, maxNodes }, reached) {
  const up = direction === "ancestors";
  const [nearEdges, farEdges] = up ? [reached.reads, reached.writes] : [reached.writes, reached.reads];
  const visited = { operations: /* @__PURE__ */ new Set(), states: /* @__PURE__ */ new Set() };
  const visit = (kind, node2) => {
    if (visited[kind].has(node2)) return false;
    const isFull = reached.operations.size + reached.states.size >= maxNodes;
    if (isFull && !reached[kind].has(node2)) {
      reached.isTruncated = true;
      return false;
    }
    visited[kind].add(node2);
    reached[kind].add(node2);
    return true;
  };
  const connect = (edges, operation, state) => {
    if (!reached.operations.has(operation) || !reached.states.has(state)) return;
    const states2 = edges.get(operation);
    if (states2 === void 0) edges.set(operation, /* @__PURE__ */ new Set([state]));
    else states2.add(state);
  };
  let operations = from.operations.filter((operation) => visit("operations", operation));
  let states = from.states.filter((state) => visit("states", state));
  for (let level = 0; operations.length > 0 || states.length > 0; level++) {
    for (const operation of operations) {
      const { reads, writes } = index.operations[operation] ?? { reads: [], writes: [] };
      for (const state of up ? reads : writes) {
        if (visit("states", state)) states.push(state);
        connect(nearEdges, operation, state);
      }
    }
    operations = [];
    for (const state of states) {
      const { writers, readers } = index.states[state] ?? { writers: [], readers: [] };
      for (const operation of up ? writers : readers) {
        if (level >= depth && !visited.operations.has(operation)) reached.isTruncated = true;
        else if (visit("operations", operation)) operations.push(operation);
        connect(farEdges, operation, state);
      }
    }
    states = [];
  }
}

// packages/audit/src/lineage/build-lineage.ts
var DEFAULT_MAX_NODES = 1e4;
async function buildLineage(entries) {
  const index = new LineageIndex();
  for await (const entry of entries) index.add(entry);
  index.finish();
  const ask = (...directions) => (subject, options) => {
    const reach = checkQuestion(subject, options);
    const from = find(index, subject);
    const reached = nothingReached();
    for (const direction of directions) traverse(index, from, direction, reach, reached);
    return graphOf(index, from, reached);
  };
  return {
    operations: index.operations.length,
    datasets: index.states.length,
    ancestors: ask("ancestors"),
    descendants: ask("descendants"),
    related: ask("ancestors", "descendants")
  };
}
function find(index, subject) {
  if ("entry" in subject) {
    const operation = index.operationAt(subject.entry);
    return { operations: operation === void 0 ? [] : [operation], states: [] };
  }
  const { namespace, name, version } = subject.dataset;
  const history = index.historyOf(namespace, name);
  if (history === void 0) return { operations: [], states: [] };
  if (version === void 0) return { operations: [], states: [...history.states] };
  const state = history.versions.get(version);
  return { operations: [], states: state === void 0 ? [] : [state] };
}
function checkQuestion(subject, options = {}) {
  const problems = [];
  const { dataset: dataset2, entry } = Object(subject);
  const { namespace, name, version } = Object(dataset2);
  const isDataset = typeof namespace === "string" && typeof name === "string" && (version === void 0 || typeof version === "string");
  const isEntry = Number.isSafeInteger(entry) && entry >= 0;
  if (entry === void 0 ? !isDataset : !isEntry || dataset2 !== void 0) {
    problems.push({
      path: "subject",
      found: describeValue(subject),
      expected: "{ dataset: { namespace, name, version? } } or { entry: index }"
    });
  }
  const isObject2 = typeof options === "object" && options !== null;
  if (isObject2) problems.push(...unknownKeys(options, ["depth", "maxNodes"], "options."));
  else problems.push({ path: "options", found: describeValue(options), expected: "an object" });
  const { depth = Number.POSITIVE_INFINITY, maxNodes = DEFAULT_MAX_NODES } = Object(
    options
  );
  if (!(depth === Number.POSITIVE_INFINITY || Number.isSafeInteger(depth) && depth >= 0)) {
    problems.push({ path: "options.depth", found: describeValue(depth), expected: "a whole number \u2265 0" });
  }
  if (!Number.isSafeInteger(maxNodes) || maxNodes < 1) {
    problems.push({
      path: "options.maxNodes",
      found: describeValue(maxNodes),
      expected: "a whole number \u2265 1"
    });
  }
  if (problems.length > 0) {
    throw new InstrumentError("INSTRUMENT_INVALID_ARGUMENT", "The question about lineage is wrong", problems);
  }
  return { depth, maxNodes };
}

// packages/audit/src/lineage/export/plain-text.ts
function plainText(text) {
  if (text === void 0 || typeof text === "string") return text;
  return typeof text.$sealed === "string" ? `sealed:${text.subject}` : JSON.stringify(text);
}

// packages/audit/src/lineage/export/text-chunks.ts
var CHUNK_LENGTH = 1 << 14;
async function* textChunks(source, textOf2, head = "") {
  let chunk = head;
  for await (const item of source) {
    chunk += textOf2(item);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

// packages/audit/src/lineage/export/csv.ts
var json = (value) => value === void 0 ? void 0 : JSON.stringify(value);
var COLUMNS = {
  index: ({ index }) => index,
  time: ({ time }) => time,
  action: ({ action }) => action,
  phase: ({ phase }) => phase,
  started: ({ started }) => started,
  outcome: ({ outcome }) => outcome,
  actor_id: ({ actor }) => plainText(actor?.id),
  actor_type: ({ actor }) => actor?.type,
  actor_name: ({ actor }) => plainText(actor?.name),
  actor_address: ({ actor }) => plainText(actor?.address),
  target_id: ({ target }) => plainText(target?.id),
  target_type: ({ target }) => target?.type,
  target_name: ({ target }) => plainText(target?.name),
  error_type: ({ error }) => error?.type,
  error_message: ({ error }) => plainText(error?.message),
  reason: ({ reason }) => plainText(reason),
  trace_id: ({ correlation }) => correlation?.traceId,
  span_id: ({ correlation }) => correlation?.spanId,
  request_id: ({ correlation }) => correlation?.requestId,
  tenant: ({ correlation }) => correlation?.tenant,
  start_time: ({ startTime }) => startTime,
  duration_ms: ({ durationMillis }) => durationMillis,
  inputs: ({ inputs }) => json(inputs),
  outputs: ({ outputs }) => json(outputs),
  attributes: ({ attributes }) => json(attributes),
  hash: ({ hash: hash3 }) => hash3
};
function toCsv(entries) {
  const cells = Object.values(COLUMNS);
  return textChunks(
    entries,
    (entry) => `${cells.map((cellOf) => field(cellOf(entry))).join(",")}\r
`,
    `${Object.keys(COLUMNS).join(",")}\r
`
  );
}
var FORMULA = /^[=+\-@\t\r]/;
var NEEDS_QUOTES = /[",\r\n]/;
function field(cell) {
  if (cell === void 0) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// packages/audit/src/lineage/export/ndjson.ts
function toNdjson(entries) {
  return textChunks(entries, (entry) => `${JSON.stringify(entry)}
`);
}

// packages/audit/src/lineage/export/ocsf.ts
import { isIP } from "node:net";
var VERSION = "1.4.0";
var CATEGORY = { category_uid: 6, category_name: "Application Activity" };
var CLASS = { class_uid: 6003, class_name: "API Activity" };
var ACTIVITIES = ["Unknown", "Create", "Read", "Update", "Delete"];
var OTHER_ACTIVITY = 99;
var WORDS = [
  [1, /^(create|add|insert|new|place|register|import|upload|open|invite|issue|generate|publish|copy)/],
  [2, /^(read|get|list|view|show|search|query|find|export|download|fetch|select|print|access|lookup)/],
  [4, /^(delete|remove|erase|purge|drop|revoke|destroy|clear|close|unregister|prune)/],
  [
    3,
    /^(update|set|change|edit|modify|write|patch|put|rename|move|replace|upsert|merge|save|approve|reject|refund|cancel|enable|disable|grant|assign|reset|transform|parse)/
  ]
];
var OUTCOMES = {
  success: { status_id: 1, status: "Success", severity_id: 1 },
  failure: { status_id: 2, status: "Failure", severity_id: 2 },
  denied: { status_id: 2, status: "Failure", severity_id: 3 },
  cancelled: { status_id: 99, status: "cancelled", severity_id: 1 },
  unknown: { status_id: 0, status: "Unknown", severity_id: 2 }
};
var SEVERITIES = ["Unknown", "Informational", "Low", "Medium"];
function toOcsf(entries, options = {}) {
  return textChunks(entries, (entry) => `${JSON.stringify(ocsfRecord(entry, options))}
`);
}
function ocsfRecord(entry, options = {}) {
  const { action, actor, error, outcome, durationMillis, reason, startTime } = entry;
  const activity = activityOf(action);
  const result = outcome === void 0 ? { status_id: 99, status: "started", severity_id: 1 } : OUTCOMES[outcome];
  return {
    activity_id: activity,
    activity_name: ACTIVITIES[activity] ?? action.split(".").at(-1),
    ...CATEGORY,
    ...CLASS,
    type_uid: CLASS.class_uid * 100 + activity,
    type_name: `${CLASS.class_name}: ${ACTIVITIES[activity] ?? "Other"}`,
    time: Date.parse(entry.time),
    ...defined({
      start_time: startTime === void 0 ? void 0 : Date.parse(startTime),
      duration: durationMillis === void 0 ? void 0 : Math.round(durationMillis),
      message: plainText(reason)
    }),
    ...result,
    severity: SEVERITIES[result.severity_id],
    ...error !== void 0 && {
      status_code: error.type,
      ...defined({ status_detail: plainText(error.message) })
    },
    actor: actorOf(entry),
    api: apiOf(entry),
    src_endpoint: endpointOf(plainText(actor?.address)),
    ...resourcesOf(entry),
    metadata: metadataOf(entry, options),
    unmapped: unmappedOf(entry)
  };
}
function activityOf(action) {
  const word = (action.split(".").at(-1) ?? "").toLowerCase();
  return WORDS.find(([, words]) => words.test(word))?.[0] ?? OTHER_ACTIVITY;
}
function actorOf({ actor }) {
  if (actor === void 0) return { app_name: "unknown" };
  const { id, name, type } = actor;
  if (type === "service" || type === "system" || type === "job") {
    return { app_uid: plainText(id), ...defined({ app_name: plainText(name) }) };
  }
  const kind = type === void 0 ? {} : type === "user" ? { type_id: 1, type: "User" } : { type_id: 99, type };
  return { user: { uid: plainText(id), ...defined({ name: plainText(name) }), ...kind } };
}
function apiOf({ action, correlation }) {
  const service = action.includes(".") ? action.slice(0, action.lastIndexOf(".")) : void 0;
  const uid = correlation?.requestId;
  return {
    operation: action,
    ...service !== void 0 && { service: { name: service } },
    ...uid !== void 0 && { request: { uid } }
  };
}
function endpointOf(address) {
  if (address === void 0) return { name: "unknown" };
  return isIP(address) === 0 ? { name: address } : { ip: address };
}
function resourcesOf({ target, inputs = [], outputs = [] }) {
  const datasets = (sets, role) => sets.map(({ namespace, name, version, ...rest }) => ({
    namespace,
    name,
    type: "dataset",
    ...defined({ version }),
    data: { role, ...rest }
  }));
  const resources = [...datasets(inputs, "input"), ...datasets(outputs, "output")];
  if (target !== void 0) {
    const { id, name, type } = target;
    resources.unshift({ uid: plainText(id), ...defined({ name: plainText(name), type }) });
  }
  return resources.length === 0 ? {} : { resources };
}
function metadataOf({ index, hash: hash3, time, correlation }, options) {
  const { product = "instrument-audit", vendor = "@org" } = options;
  return {
    version: VERSION,
    product: { name: product, vendor_name: vendor },
    log_name: "audit",
    logged_time: Date.parse(time),
    uid: hash3,
    sequence: index,
    ...defined({ correlation_uid: correlation?.traceId, tenant_uid: correlation?.tenant })
  };
}
function unmappedOf({ phase, started, outcome, attributes, adjusted, correlation }) {
  return defined({ phase, started, outcome, attributes, adjusted, span_id: correlation?.spanId });
}
function defined(fields) {
  const pairs = Object.entries(fields).filter(([, value]) => value !== void 0);
  return Object.fromEntries(pairs);
}

// packages/audit/src/lineage/export/open-lineage-event.ts
var SPECIFICATION = "https://openlineage.io/spec";
var RUN_EVENT_SCHEMA = `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/RunEvent`;
var VERSIONS = {
  DatasetVersionDatasetFacet: "1-0-1",
  DatasourceDatasetFacet: "1-0-1",
  ErrorMessageRunFacet: "1-0-1",
  InputStatisticsInputDatasetFacet: "1-0-0",
  OutputStatisticsOutputDatasetFacet: "1-0-2",
  ParentRunFacet: "1-0-1"
};
function facet(name, producer, fields) {
  const _schemaURL = `${SPECIFICATION}/facets/${VERSIONS[name]}/${name}.json#/$defs/${name}`;
  return { _producer: producer, _schemaURL, ...fields };
}
function customFacet(kind, producer, fields) {
  return {
    _producer: producer,
    _schemaURL: `${SPECIFICATION}/2-0-2/OpenLineage.json#/$defs/${kind}`,
    ...fields
  };
}

// packages/audit/src/lineage/export/run-id.ts
import { createHash } from "node:crypto";
var NAMESPACE = Buffer.from("3f0e1c5a7d2b4e8c9a61b05f4c7d92e3", "hex");
function runIdOf(origin, index) {
  const name = createHash("sha1").update(NAMESPACE).update(`${origin}
${index}`).digest();
  name[6] = name[6] & 15 | 80;
  name[8] = name[8] & 63 | 128;
  const hex = name.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// packages/audit/src/lineage/export/open-lineage.ts
var PRODUCER = "pkg:npm/%40org/instrument-audit";
var MAX_OPEN_RUNS = 1e4;
var TYPES = {
  success: "COMPLETE",
  failure: "FAIL",
  denied: "FAIL",
  cancelled: "ABORT",
  unknown: "ABORT"
};
function toOpenLineage(entries, options) {
  const eventsOf = createOpenLineageMapper(options);
  return textChunks(
    entries,
    (entry) => eventsOf(entry).map((event2) => `${JSON.stringify(event2)}
`).join("")
  );
}
function createOpenLineageMapper({
  origin,
  namespace = origin,
  producer = PRODUCER
}) {
  const resolved = { origin, namespace, producer };
  const open2 = /* @__PURE__ */ new Map();
  return (entry) => {
    const { phase, index, started, action } = entry;
    const run = { index: phase === "ended" ? started ?? index : index, action };
    const span = spanOf(entry);
    const parent = span === void 0 ? void 0 : open2.get(span);
    const facets = runFacets(entry, parent?.index === run.index ? void 0 : parent, resolved);
    if (phase === "started") remember(open2, span, run);
    if (phase === "ended" && span !== void 0 && parent?.index === run.index) open2.delete(span);
    const begin = event("START", entry.startTime ?? entry.time, run, entry, facets, resolved);
    if (phase === "started") return [begin];
    const end = event(TYPES[entry.outcome ?? "success"], entry.time, run, entry, facets, resolved);
    return phase === "ended" ? [end] : [begin, end];
  };
}
function remember(open2, span, run) {
  if (span === void 0) return;
  open2.set(span, run);
  const [oldest] = open2.keys();
  if (open2.size > MAX_OPEN_RUNS && oldest !== void 0) open2.delete(oldest);
}
function spanOf({ correlation }) {
  const { traceId, spanId } = correlation ?? {};
  return traceId === void 0 || spanId === void 0 ? void 0 : `${traceId}:${spanId}`;
}
function event(eventType, eventTime, run, { inputs = [], outputs = [] }, facets, { origin, namespace, producer }) {
  return {
    eventType,
    eventTime,
    run: { runId: runIdOf(origin, run.index), facets },
    job: { namespace, name: run.action },
    inputs: inputs.map((input) => dataset(input, "inputFacets", producer)),
    outputs: outputs.map((output) => dataset(output, "outputFacets", producer)),
    producer,
    schemaURL: RUN_EVENT_SCHEMA
  };
}
function runFacets({ index, hash: hash3, time, action, phase, started, inputs, outputs, error, ...rest }, parent, { origin, namespace, producer }) {
  const facets = {
    audit_entry: customFacet("RunFacet", producer, { index, hash: hash3, ...rest })
  };
  if (error !== void 0) {
    const message = [error.type, plainText(error.message)].filter((text) => text !== void 0).join(": ");
    facets.errorMessage = facet("ErrorMessageRunFacet", producer, {
      message,
      programmingLanguage: "JavaScript"
    });
  }
  if (parent !== void 0) {
    facets.parent = facet("ParentRunFacet", producer, {
      run: { runId: runIdOf(origin, parent.index) },
      job: { namespace, name: parent.action }
    });
  }
  return facets;
}
function dataset({ namespace, name, version, rows, bytes, digest }, key, producer) {
  const facets = {};
  if (URL.canParse(namespace)) {
    facets.dataSource = facet("DatasourceDatasetFacet", producer, { name: namespace, uri: namespace });
  }
  if (version !== void 0) {
    facets.version = facet("DatasetVersionDatasetFacet", producer, { datasetVersion: version });
  }
  if (digest !== void 0) facets.audit_digest = customFacet("DatasetFacet", producer, { digest });
  const counts = {
    ...rows !== void 0 && { rowCount: rows },
    ...bytes !== void 0 && { size: bytes }
  };
  if (rows === void 0 && bytes === void 0) return { namespace, name, facets };
  const statistics = key === "inputFacets" ? { inputStatistics: facet("InputStatisticsInputDatasetFacet", producer, counts) } : { outputStatistics: facet("OutputStatisticsOutputDatasetFacet", producer, counts) };
  return { namespace, name, facets, [key]: statistics };
}

// packages/audit/src/lineage/picture/label.ts
var MAX_PICTURE_NODES = 1e3;
var MAX_LENGTH = 48;
function labelLines(node2) {
  if (node2.kind === "operation") {
    const { action, index, outcome = "running" } = node2;
    return [short(action), `#${index} \xB7 ${outcome}`];
  }
  const { namespace, name, version, writtenAt } = node2;
  const state = version ?? (writtenAt === void 0 ? void 0 : `written by #${writtenAt}`);
  return [short(name), short(state === void 0 ? namespace : `${namespace} \xB7 ${state}`)];
}
function short(text) {
  const characters = [...text.replaceAll(/\s+/g, " ")];
  if (characters.length <= MAX_LENGTH) return characters.join("");
  const head = characters.slice(0, MAX_LENGTH / 3).join("");
  return `${head}\u2026${characters.slice(-(MAX_LENGTH - MAX_LENGTH / 3 - 1)).join("")}`;
}

// packages/audit/src/lineage/picture/drawable.ts
function checkDrawable({ nodes }) {
  if (nodes.length <= MAX_PICTURE_NODES) return;
  throw new InstrumentError("INSTRUMENT_INVALID_ARGUMENT", "The graph is too large for a picture", [
    {
      path: "graph.nodes",
      found: `${nodes.length} nodes`,
      expected: `at most ${MAX_PICTURE_NODES}`,
      fix: "Ask with a smaller `depth` or `maxNodes`."
    }
  ]);
}

// packages/audit/src/lineage/picture/mermaid.ts
function toMermaid(graph) {
  checkDrawable(graph);
  const names = new Map(graph.nodes.map(({ id }, i) => [id, `n${i}`]));
  const lines = ["flowchart LR"];
  for (const node2 of graph.nodes) {
    const label = labelLines(node2).map(escaped).join("<br/>");
    const shape = node2.kind === "operation" ? `["${label}"]` : `[("${label}")]`;
    lines.push(`  ${names.get(node2.id)}${shape}`);
  }
  for (const { from, to } of graph.edges) lines.push(`  ${names.get(from)} --> ${names.get(to)}`);
  const failed = graph.nodes.filter(
    (node2) => node2.kind === "operation" && node2.outcome !== void 0 && node2.outcome !== "success"
  );
  if (failed.length > 0) {
    lines.push("  classDef failed stroke:#b3261e,stroke-dasharray:4 3");
    lines.push(`  class ${failed.map(({ id }) => names.get(id)).join(",")} failed`);
  }
  if (graph.subjects.length > 0) {
    lines.push("  classDef subject stroke-width:3px");
    lines.push(`  class ${graph.subjects.map((id) => names.get(id)).join(",")} subject`);
  }
  return `${lines.join("\n")}
`;
}
function escaped(text) {
  return text.replaceAll(/[^\p{L}\p{N} _.:/@·…,+-]/gu, (character) => `#${character.codePointAt(0)};`);
}

// packages/audit/src/lineage/picture/layers.ts
var SWEEPS = 4;
function layersOf({ nodes, edges }) {
  const layerOf = longestPaths(
    nodes.map(({ id }) => id),
    edges.map(({ from, to }) => [from, to])
  );
  const layers = [];
  const place = (id, layer) => {
    while (layers.length <= layer) layers.push([]);
    const row = layers[layer];
    const added = { id, layer, row: row.length };
    row.push(added);
    return added;
  };
  const places = new Map(nodes.map(({ id }) => [id, place(id, layerOf.get(id) ?? 0)]));
  const routes = edges.map(({ from, to }) => {
    const [start, end] = [places.get(from), places.get(to)];
    const step = Math.sign(end.layer - start.layer) || 1;
    const route = [start];
    for (let layer = start.layer + step; layer * step < end.layer * step; layer += step) {
      route.push(place(void 0, layer));
    }
    return [...route, end];
  });
  order(layers, routes);
  return { layers, routes };
}
function longestPaths(ids, edges) {
  const next = new Map(ids.map((id) => [id, []]));
  for (const [from, to] of edges) next.get(from)?.push(to);
  const entered = /* @__PURE__ */ new Set();
  const left = [];
  for (const root of ids) {
    const stack = [{ id: root, at: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1);
      if (top.at === 0 && entered.has(top.id)) {
        stack.pop();
        continue;
      }
      entered.add(top.id);
      const successors = next.get(top.id) ?? [];
      const successor = successors.slice(top.at).find((id) => !entered.has(id));
      if (successor === void 0) {
        left.push(top.id);
        stack.pop();
      } else {
        top.at = successors.indexOf(successor) + 1;
        stack.push({ id: successor, at: 0 });
      }
    }
  }
  const orderOf = new Map(left.reverse().map((id, i) => [id, i]));
  const layers = new Map(ids.map((id) => [id, 0]));
  for (const id of left) {
    for (const successor of next.get(id) ?? []) {
      if ((orderOf.get(successor) ?? 0) <= (orderOf.get(id) ?? 0)) continue;
      layers.set(successor, Math.max(layers.get(successor) ?? 0, (layers.get(id) ?? 0) + 1));
    }
  }
  return layers;
}
function order(layers, routes) {
  const before = /* @__PURE__ */ new Map();
  const after = /* @__PURE__ */ new Map();
  const note = (neighbours, of, neighbour) => {
    const list = neighbours.get(of);
    if (list === void 0) neighbours.set(of, [neighbour]);
    else list.push(neighbour);
  };
  for (const route of routes) {
    for (const [i, place] of route.entries()) {
      const next = route[i + 1];
      if (next === void 0) continue;
      const [low, high] = next.layer >= place.layer ? [place, next] : [next, place];
      note(after, low, high);
      note(before, high, low);
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forward = sweep % 2 === 0;
    for (const layer of forward ? layers : layers.toReversed()) {
      const neighbours = forward ? before : after;
      const weights = new Map(layer.map((place) => [place, barycentre(place, neighbours.get(place))]));
      layer.sort((one, other) => (weights.get(one) ?? 0) - (weights.get(other) ?? 0) || one.row - other.row);
      for (const [row, place] of layer.entries()) place.row = row;
    }
  }
}
function barycentre(place, neighbours = []) {
  if (neighbours.length === 0) return place.row;
  return neighbours.reduce((sum, { row }) => sum + row, 0) / neighbours.length;
}

// packages/audit/src/lineage/picture/svg.ts
var BOX = { width: 300, height: 52 };
var GAP = { x: 70, y: 18 };
var MARGIN = 20;
var PASSAGE_HEIGHT = 8;
var STYLE = [
  "text{font:13px system-ui,sans-serif;fill:#1d1b20}",
  "text.small{font-size:11px;fill:#5f5b66}",
  "rect{stroke:#6750a4;fill:#f3effa}",
  "rect.dataset{stroke:#386a20;fill:#eef6e8}",
  "rect.failed{stroke:#b3261e;stroke-dasharray:4 3}",
  "rect.subject{stroke-width:3}",
  "path.edge{fill:none;stroke:#7a757f}"
].join("");
function toSvg(graph) {
  checkDrawable(graph);
  const layers = layersOf(graph);
  const { spots, width, height } = spotsOf(layers);
  const subjects = new Set(graph.subjects);
  const nodes = new Map(graph.nodes.map((node2) => [node2.id, node2]));
  const edges = layers.routes.map(
    (route) => edgePath(route.map((place) => ({ ...spotOf(spots, place), place })))
  );
  const boxes = layers.layers.flat().flatMap((place) => {
    const node2 = place.id === void 0 ? void 0 : nodes.get(place.id);
    return node2 === void 0 ? [] : box(node2, spotOf(spots, place), subjects.has(node2.id));
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Lineage of data">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#7a757f"/></marker></defs>',
    ...edges,
    ...boxes,
    "</svg>",
    ""
  ].join("\n");
}
function spotOf(spots, place) {
  return spots.get(place) ?? { x: 0, y: 0 };
}
function spotsOf({ layers }) {
  const heightOf = ({ id }) => id === void 0 ? PASSAGE_HEIGHT : BOX.height;
  const heights = layers.map((layer) => layer.reduce((sum, place) => sum + heightOf(place) + GAP.y, -GAP.y));
  const tallest = Math.max(0, ...heights);
  const spots = /* @__PURE__ */ new Map();
  for (const [i, layer] of layers.entries()) {
    let top = MARGIN + (tallest - (heights[i] ?? 0)) / 2;
    for (const place of layer) {
      spots.set(place, { x: MARGIN + i * (BOX.width + GAP.x), y: top + heightOf(place) / 2 });
      top += heightOf(place) + GAP.y;
    }
  }
  const width = 2 * MARGIN + Math.max(0, layers.length * (BOX.width + GAP.x) - GAP.x);
  return { spots, width, height: 2 * MARGIN + tallest };
}
function edgePath(route) {
  const [first, ...rest] = route;
  let { x, y } = { x: first.x + BOX.width, y: first.y };
  const parts = [`M${x} ${y}`];
  const bend = GAP.x / 2;
  for (const to of rest) {
    parts.push(`C${x + bend} ${y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`);
    [x, y] = [to.x, to.y];
    if (to.place.id === void 0) {
      x += BOX.width;
      parts.push(`H${x}`);
    }
  }
  return `<path class="edge" marker-end="url(#arrow)" d="${parts.join("")}"/>`;
}
function box(node2, { x, y }, isSubject) {
  const [head = "", small = ""] = labelLines(node2);
  const isFailed = node2.kind === "operation" && node2.outcome !== void 0 && node2.outcome !== "success";
  const classes = [node2.kind, ...isFailed ? ["failed"] : [], ...isSubject ? ["subject"] : []].join(" ");
  const radius = node2.kind === "dataset" ? BOX.height / 2 : 4;
  return [
    `<g><title>${escaped2(fullText(node2))}</title>`,
    `<rect class="${classes}" x="${x}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="${radius}"/>`,
    `<text x="${x + 16}" y="${y - 4}">${escaped2(head)}</text>`,
    `<text class="small" x="${x + 16}" y="${y + 14}">${escaped2(small)}</text></g>`
  ].join("");
}
function fullText(node2) {
  if (node2.kind === "operation") return `${node2.action} #${node2.index} ${node2.time}`;
  return [node2.namespace, node2.name, ...node2.version === void 0 ? [] : [node2.version]].join(" ");
}
var ENTITIES = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
};
function escaped2(text) {
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD").replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

// packages/audit/src/subjects/sealed-text.ts
var NONCE_BYTES = 12;
var nonces = Buffer.alloc(512 * NONCE_BYTES);
var nextNonce = nonces.length;
function isSealed(value) {
  if (typeof value !== "object" || value === null) return false;
  const { $sealed, subject } = value;
  return typeof $sealed === "string" && typeof subject === "string";
}

// packages/audit/src/subjects/reveal.ts
var MAX_DEPTH = 256;
function reveal(content2, keys) {
  return revealed(content2, keys, 0);
}
function revealed(value, keys, depth) {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  if (isSealed(value)) return unsealed(value, keys);
  if (Array.isArray(value)) {
    const items = value.map((item) => revealed(item, keys, depth + 1));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  let isSame = true;
  const pairs = Object.entries(value).map(([key, item]) => {
    const shown = revealed(item, keys, depth + 1);
    isSame &&= shown === item;
    return [key, shown];
  });
  return isSame ? value : Object.fromEntries(pairs);
}
function unsealed(value, keys) {
  const text = keys.unseal(value);
  if (text === void 0) return value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
}

// packages/audit/src/query/cursor.ts
import { hash } from "node:crypto";
var CURSOR = /^1\.(\d{1,16})\.([\w-]{8})$/;
function cursorText(index, query) {
  return Buffer.from(`1.${index}.${fingerprint(query)}`).toString("base64url");
}
function parseCursor(value, query, problems) {
  if (value === void 0) return void 0;
  const text = typeof value === "string" ? Buffer.from(value, "base64url").toString("latin1") : "";
  const match = CURSOR.exec(text);
  const index = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(index)) {
    problems.push({ path: "cursor", found: describeValue(value), expected: "the `next` of a page" });
    return void 0;
  }
  if (match[2] !== fingerprint(query)) {
    problems.push({
      path: "cursor",
      found: "the cursor of another query",
      expected: "the `next` of a page with the same filters and order",
      fix: "Only `limit` may differ from one page to the next."
    });
  }
  return { index };
}
function fingerprint({ limit: _limit, cursor: _cursor, ...filters }) {
  return hash("sha256", JSON.stringify(filters), "base64url").slice(0, 8);
}

// packages/audit/src/query/check-query.ts
var MAX_PAGE = 1e4;
var OUTCOMES2 = ["success", "failure", "cancelled", "denied", "unknown"];
var ORDERS = ["ascending", "descending"];
var KEYS = [
  ...["from", "to", "actor", "action", "target", "traceId", "outcome", "tenant", "requestId"],
  ...["dataset", "order", "limit", "cursor"]
];
function checkQuery(query, isPage) {
  const problems = [];
  if (typeof query !== "object" || query === null || Array.isArray(query)) {
    problems.push({ path: "query", found: describeValue(query), expected: "an object of filters" });
    throw invalid(problems);
  }
  problems.push(...unknownKeys(query, KEYS));
  const text = (path) => checkText(query[path], path, problems);
  const checked = {
    fromMillis: checkTime(query.from, "from", problems),
    toMillis: checkTime(query.to, "to", problems),
    actors: checkTexts(query.actor, "actor", problems),
    actions: checkActions(query.action, problems),
    targets: checkTexts(query.target, "target", problems),
    outcomes: checkOutcomes(query.outcome, problems),
    traceId: text("traceId"),
    tenant: text("tenant"),
    requestId: text("requestId"),
    dataset: checkDataset(query.dataset, problems),
    order: checkOrder(query.order, problems),
    limit: checkLimit(query.limit, isPage, problems)
  };
  const cursor = problems.length > 0 ? void 0 : parseCursor(query.cursor, checked, problems);
  if (problems.length > 0) throw invalid(problems);
  return { ...checked, cursor };
}
function invalid(problems) {
  return new InstrumentError("INSTRUMENT_INVALID_ARGUMENT", "The query is wrong", problems);
}
function checkTime(value, path, problems) {
  if (value === void 0) return void 0;
  const millis = value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : value;
  if (typeof millis === "number" && Number.isFinite(millis)) return millis;
  const expected = "a Date, Unix time in milliseconds, or ISO 8601 text such as 2026-11-25T10:00:00Z";
  problems.push({ path, found: describeValue(value), expected });
  return void 0;
}
function checkText(value, path, problems) {
  if (value === void 0 || typeof value === "string" && value !== "") return value;
  problems.push({ path, found: describeValue(value), expected: "text that is not empty" });
  return void 0;
}
function checkTexts(value, path, problems) {
  if (value === void 0) return [];
  if (!Array.isArray(value)) return [checkText(value, path, problems) ?? ""];
  if (value.length === 0) {
    const fix = "Leave it out to ask for any.";
    problems.push({ path, found: "an empty list", expected: "at least one of them", fix });
  }
  return value.map((item, i) => {
    if (item === void 0) {
      problems.push({ path: `${path}[${i}]`, found: "nothing", expected: "text that is not empty" });
    }
    return checkText(item, `${path}[${i}]`, problems) ?? "";
  });
}
function checkActions(value, problems) {
  const actions = checkTexts(value, "action", problems);
  for (const [i, action] of actions.entries()) {
    const star = action.indexOf("*");
    if (star === -1 || star === action.length - 1) continue;
    const path = Array.isArray(value) ? `action[${i}]` : "action";
    problems.push({
      path,
      found: describeValue(action),
      expected: "an action, or a prefix with a star at its end: orders.*"
    });
  }
  return actions;
}
function checkOutcomes(value, problems) {
  const isList = Array.isArray(value);
  return checkTexts(value, "outcome", problems).map((text, i) => {
    if (text !== "" && !OUTCOMES2.includes(text)) {
      const path = isList ? `outcome[${i}]` : "outcome";
      problems.push({ path, found: describeValue(text), expected: `one of ${OUTCOMES2.join(", ")}` });
    }
    return text;
  });
}
function checkDataset(value, problems) {
  if (value === void 0) return void 0;
  const { namespace, name } = Object(value);
  if (typeof namespace === "string" && typeof name === "string") return { namespace, name };
  const expected = "an object of the texts namespace and name";
  problems.push({ path: "dataset", found: describeValue(value), expected });
  return void 0;
}
function checkOrder(value, problems) {
  if (value === void 0) return "ascending";
  if (ORDERS.includes(value)) return value;
  problems.push({ path: "order", found: describeValue(value), expected: ORDERS.join(" or ") });
  return "ascending";
}
function checkLimit(value, isPage, problems) {
  if (value === void 0) return void 0;
  const max = isPage ? MAX_PAGE : Number.MAX_SAFE_INTEGER;
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) {
    return value;
  }
  const expected = isPage ? `a whole number from 1 to ${MAX_PAGE}` : "a whole number of at least 1";
  problems.push({ path: "limit", found: describeValue(value), expected });
  return void 0;
}

// packages/audit/src/query/matches.ts
function matches(entry, query) {
  const { correlation } = entry;
  return isOneOf(entry.actor?.id, query.actors) && isOneOf(entry.target?.id, query.targets) && isOneOf(entry.outcome, query.outcomes) && isAction(entry.action, query.actions) && (query.traceId === void 0 || correlation?.traceId === query.traceId) && (query.tenant === void 0 || correlation?.tenant === query.tenant) && (query.requestId === void 0 || correlation?.requestId === query.requestId) && hasDataset(entry, query.dataset);
}
function isOneOf(text, wanted) {
  return wanted.length === 0 || typeof text === "string" && wanted.includes(text);
}
function isAction(action, wanted) {
  return wanted.length === 0 || wanted.some((text) => text.endsWith("*") ? action.startsWith(text.slice(0, -1)) : action === text);
}
function hasDataset({ inputs = [], outputs = [] }, wanted) {
  if (wanted === void 0) return true;
  const { namespace, name } = wanted;
  return [...inputs, ...outputs].some((set2) => set2.name === name && set2.namespace === namespace);
}

// packages/audit/src/query/needles.ts
var MAX_NEEDLES = 16;
function needlesOf(query, hasKeys) {
  const sealed = hasKeys ? ['"$sealed":'] : [];
  const { traceId, requestId, targets, actors, dataset: dataset2, tenant, actions, outcomes } = query;
  const choices = [
    traceId === void 0 ? [] : [`"traceId":${JSON.stringify(traceId)}`],
    requestId === void 0 ? [] : [`"requestId":${JSON.stringify(requestId)}`],
    dataset2 === void 0 ? [] : [`"name":${JSON.stringify(dataset2.name)},"namespace":${JSON.stringify(dataset2.namespace)}`],
    targets.length === 0 ? [] : [...targets.map(idNeedle), ...sealed],
    actors.length === 0 ? [] : [...actors.map(idNeedle), ...sealed],
    actions.map(actionNeedle),
    tenant === void 0 ? [] : [`"tenant":${JSON.stringify(tenant)}`],
    outcomes.map((outcome) => `"outcome":${JSON.stringify(outcome)}`)
  ];
  const needles = choices.find(({ length }) => length > 0 && length <= MAX_NEEDLES);
  return needles?.map((needle) => Buffer.from(needle));
}
function idNeedle(id) {
  return `"id":${JSON.stringify(id)}`;
}
function actionNeedle(action) {
  const text = JSON.stringify(action.endsWith("*") ? action.slice(0, -1) : action);
  return `"action":${action.endsWith("*") ? text.slice(0, -1) : text}`;
}

// packages/audit/src/journal/parse-line.ts
function parseLine(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return void 0;
  }
  if (!isObject(value)) return void 0;
  const { segment, seal, entry, index, prev } = value;
  if (isObject(segment) && isHeader(segment)) return { kind: "header", header: segment };
  if (isObject(seal) && isSeal(seal)) return { kind: "seal", seal };
  if (!isObject(entry) || !isIndex(index) || typeof prev !== "string") return void 0;
  if (typeof entry.action !== "string" || typeof entry.time !== "string") return void 0;
  return { kind: "entry", entry, index, prev };
}
function isHeader(value) {
  const { first, frontier, open: open2, origin, prev, version } = value;
  return isIndex(first) && isListOf(frontier, "string") && isListOf(open2, "number") && typeof origin === "string" && typeof prev === "string" && typeof version === "number";
}
function isSeal(value) {
  const { from, frontier, head, open: open2, size, to } = value;
  return typeof from === "string" && isListOf(frontier, "string") && typeof head === "string" && isListOf(open2, "number") && isIndex(size) && typeof to === "string";
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isIndex(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
function isListOf(value, type) {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

// packages/audit/src/merkle/frontier.ts
import { hash as hash2 } from "node:crypto";
var HASH_BYTES = 32;
function leafHash(line) {
  return hash2("sha256", `\0${line}`, "base64");
}
var node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
var EMPTY_ROOT = hash2("sha256", "", "base64");

// packages/audit/src/query/line-chunks.ts
var CHUNK_BYTES = 1 << 18;
var MAX_LINE_BYTES = 1 << 26;
var LINE_FEED = 10;
var EndlessLineError = class extends Error {
  name = "EndlessLineError";
  offset;
  constructor(offset) {
    super(`A line of more than ${MAX_LINE_BYTES} bytes at byte ${offset}`);
    this.offset = offset;
  }
};
async function* chunksForward(handle, start, end) {
  let buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(end - start, 1)));
  let offset = start;
  while (offset < end) {
    const length = await fill(handle, buffer, offset, end);
    const feed = buffer.subarray(0, length).lastIndexOf(LINE_FEED);
    if (feed === -1) {
      if (length < buffer.length || offset + length >= end) return;
      buffer = grown(buffer, offset);
      continue;
    }
    yield { bytes: buffer.subarray(0, feed + 1), offset };
    offset += feed + 1;
  }
}
async function* chunksBackward(handle, start, end) {
  let buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(end - start, 1)));
  let last = await endOfLines(handle, start, end);
  while (last > start) {
    const offset = Math.max(start, last - buffer.length);
    const length = await fill(handle, buffer, offset, last);
    if (length < last - offset) last = offset + buffer.subarray(0, length).lastIndexOf(LINE_FEED) + 1;
    if (last === offset) continue;
    const bytes = buffer.subarray(0, last - offset);
    const begin = offset === start ? 0 : bytes.subarray(0, -1).indexOf(LINE_FEED) + 1;
    if (begin === 0 && offset !== start) {
      buffer = grown(buffer, offset);
      continue;
    }
    yield { bytes: bytes.subarray(begin), offset: offset + begin };
    last = offset + begin;
  }
}
async function endOfLines(handle, start, end) {
  const buffer = Buffer.allocUnsafe(4096);
  for (let last = end; last > start; ) {
    const offset = Math.max(start, last - buffer.length);
    const length = await fill(handle, buffer, offset, last);
    const feed = buffer.subarray(0, length).lastIndexOf(LINE_FEED);
    if (feed !== -1) return offset + feed + 1;
    last = offset;
  }
  return start;
}
async function fill(handle, buffer, offset, end) {
  const wanted = Math.min(buffer.length, end - offset);
  let length = 0;
  while (length < wanted) {
    const { bytesRead } = await handle.read(buffer, length, wanted - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
function grown(buffer, offset) {
  if (buffer.length >= MAX_LINE_BYTES) throw new EndlessLineError(offset);
  return Buffer.allocUnsafe(buffer.length * 4);
}

// packages/audit/src/query/lines-of-chunk.ts
var LINE_FEED2 = 10;
function* linesForward(bytes, needles) {
  const found = needles?.map(() => -1);
  for (let start = 0; start < bytes.length; ) {
    if (needles !== void 0 && found !== void 0) {
      const hit = nearestHit(bytes, needles, found, start);
      if (hit === void 0) return;
      start = hit === 0 ? 0 : bytes.lastIndexOf(LINE_FEED2, hit) + 1;
    }
    const end = bytes.indexOf(LINE_FEED2, start);
    yield { start, end };
    start = end + 1;
  }
}
function* linesBackward(bytes, needles) {
  const found = needles?.map(() => Number.POSITIVE_INFINITY);
  for (let end = bytes.length - 1; end >= 0; ) {
    if (needles !== void 0 && found !== void 0) {
      const hit = lastHit(bytes, needles, found, end);
      if (hit === -1) return;
      end = bytes.indexOf(LINE_FEED2, hit);
    }
    const start = end === 0 ? 0 : bytes.lastIndexOf(LINE_FEED2, end - 1) + 1;
    yield { start, end };
    end = start - 1;
  }
}
function nearestHit(bytes, needles, found, from) {
  let nearest2;
  for (const [i, needle] of needles.entries()) {
    let at = found[i];
    if (at < from) {
      const hit = bytes.indexOf(needle, from);
      at = hit === -1 ? Number.POSITIVE_INFINITY : hit;
      found[i] = at;
    }
    if (at !== Number.POSITIVE_INFINITY && (nearest2 === void 0 || at < nearest2)) nearest2 = at;
  }
  return nearest2;
}
function lastHit(bytes, needles, found, end) {
  let last = -1;
  for (const [i, needle] of needles.entries()) {
    const latest = end - needle.length;
    let at = found[i];
    if (at > latest) {
      at = latest < 0 ? -1 : bytes.lastIndexOf(needle, latest);
      found[i] = at;
    }
    if (at > last) last = at;
  }
  return last;
}

// packages/audit/src/query/segments.ts
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

// packages/audit/src/journal/format.ts
var FORMAT_VERSION = 1;
var SEGMENTS = "segments";
var CHECKPOINTS = "checkpoints";
var VERIFIER_KEY = "key.pub";
var SIGNING_KEY = "signing.key";
var LOCK = "lock";
var SUBJECTS = "subjects";
var DIGITS = 16;
var SEGMENT_NAME = /^(\d{16})\.jsonl$/;
var HASHES_NAME = /^(\d{16})\.hashes$/;
function segmentName(first) {
  return `${String(first).padStart(DIGITS, "0")}.jsonl`;
}
function hashesName(first) {
  return `${String(first).padStart(DIGITS, "0")}.hashes`;
}
function firstOfSegment(name) {
  const match = SEGMENT_NAME.exec(name);
  return match === null ? void 0 : Number(match[1]);
}
function firstOfHashes(name) {
  const match = HASHES_NAME.exec(name);
  return match === null ? void 0 : Number(match[1]);
}
function headerLine({ first, frontier, open: open2, origin, prev, version }) {
  return JSON.stringify({ segment: { first, frontier, open: open2, origin, prev, version } });
}
function sealLine({ from, frontier, head, open: open2, size, to }) {
  return JSON.stringify({ seal: { from, frontier, head, open: open2, size, to } });
}
function entryLine(entry, index, prev) {
  return `{"entry":${entry},"index":${index},"prev":"${prev}"}`;
}

// packages/audit/src/query/segments.ts
async function listSegments(directory) {
  const names = await readdir(join(directory, SEGMENTS)).catch((error) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
    throw new InstrumentError("INSTRUMENT_INVALID_ARGUMENT", "There is no journal to read", [
      {
        path: "directory",
        found: describeValue(directory),
        expected: `the directory of a journal, which has a folder "${SEGMENTS}"`
      }
    ]);
  });
  return names.flatMap((file) => {
    const first = firstOfSegment(file);
    const name = `${SEGMENTS}/${file}`;
    return first === void 0 ? [] : [{ first, path: join(directory, SEGMENTS, file), name }];
  }).sort((one, other) => one.first - other.first);
}
async function openSegment({ path }) {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw error;
  }
}
function unreadable({ name }, offset, found) {
  return new InstrumentError("INSTRUMENT_AUDIT_UNAVAILABLE", "The journal cannot be read to its end", [
    {
      path: `${name}, byte ${offset}`,
      found,
      expected: "an entry",
      fix: 'Run "instrument-audit verify" on the directory: it names what was changed.'
    }
  ]);
}

// packages/audit/src/query/seek.ts
var NEAR_BYTES = 1 << 16;
async function seek(segment, before) {
  let low = 0;
  let high = segment.end;
  while (high - low > NEAR_BYTES) {
    const middle = low + Math.floor((high - low) / 2);
    const probe = await firstLineFrom(segment, middle, high);
    if (probe === void 0) break;
    if (isBefore(segment.file, probe, before)) low = probe.next;
    else high = probe.start;
  }
  for await (const { bytes, offset } of chunksForward(segment.handle, low, high)) {
    for (const { start, end } of linesForward(bytes)) {
      const line = { text: bytes.toString("utf8", start, end), start: offset + start, next: 0 };
      if (!isBefore(segment.file, line, before)) return line.start;
    }
  }
  return high;
}
async function firstEntry(segment) {
  for await (const { bytes, offset } of chunksForward(segment.handle, 0, segment.end)) {
    for (const { start, end } of linesForward(bytes)) {
      const line = parsed(segment.file, bytes.toString("utf8", start, end), offset + start);
      if (line.kind === "entry") return line;
    }
  }
  return void 0;
}
async function firstLineFrom({ handle }, from, end) {
  for (let size = NEAR_BYTES; ; size *= 4) {
    const to = Math.min(end, from - 1 + size);
    const buffer = Buffer.allocUnsafe(to - from + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from - 1);
    const bytes = buffer.subarray(0, bytesRead);
    const feed = bytes.indexOf(10);
    const close = feed === -1 ? -1 : bytes.indexOf(10, feed + 1);
    if (close !== -1) {
      const start = from + feed;
      return { text: bytes.toString("utf8", feed + 1, close), start, next: from + close };
    }
    if (to === end) return void 0;
  }
}
function isBefore(file, { text, start }, before) {
  const line = parsed(file, text, start);
  return line.kind === "entry" ? before(line) : line.kind === "header";
}
function parsed(file, text, offset) {
  const line = parseLine(text);
  if (line === void 0) throw unreadable(file, offset, "a line that is none of a journal");
  return line;
}

// packages/audit/src/query/read-journal.ts
async function* readEntries(directory, options = {}) {
  const segments = await select(await listSegments(directory), options);
  if (options.order === "descending") segments.reverse();
  for (const file of segments) {
    const handle = await openSegment(file);
    if (handle === void 0) continue;
    try {
      const { size } = await handle.stat();
      const segment = { file, handle, end: await endOfLines(handle, 0, size) };
      yield* entriesOf(segment, options);
    } catch (error) {
      if (!(error instanceof EndlessLineError)) throw error;
      throw unreadable(file, error.offset, `a line of more than ${MAX_LINE_BYTES} bytes`);
    } finally {
      await handle.close();
    }
  }
}
async function* entriesOf(segment, options) {
  const { needles, order: order2 } = options;
  const start = await lowerBound(segment, options);
  const end = await upperBound(segment, options);
  const backward = order2 === "descending";
  const chunks = backward ? chunksBackward : chunksForward;
  const lines = backward ? linesBackward : linesForward;
  for await (const { bytes, offset } of chunks(segment.handle, start, end)) {
    for (const bounds of lines(bytes, needles)) {
      const entry = entryOf(bytes.toString("utf8", bounds.start, bounds.end));
      if (entry === void 0) continue;
      if (entry === "unreadable") {
        throw unreadable(segment.file, offset + bounds.start, "a line that is none of a journal");
      }
      yield entry;
    }
  }
}
function entryOf(text) {
  const line = parseLine(text);
  if (line === void 0) return "unreadable";
  return line.kind === "entry" ? { ...line.entry, index: line.index, hash: leafHash(text) } : void 0;
}
function lowerBound(segment, { fromIndex, fromMillis }) {
  const byIndex = fromIndex !== void 0 && fromIndex > segment.file.first;
  if (!byIndex && fromMillis === void 0) return 0;
  return seek(
    segment,
    ({ index, entry }) => byIndex && index < fromIndex || fromMillis !== void 0 && Date.parse(entry.time) < fromMillis
  );
}
function upperBound(segment, { toIndex, toMillis }) {
  if (toIndex === void 0 && toMillis === void 0) return segment.end;
  return seek(
    segment,
    ({ index, entry }) => (toIndex === void 0 || index < toIndex) && (toMillis === void 0 || Date.parse(entry.time) < toMillis)
  );
}
async function select(segments, options) {
  const { fromIndex = 0, toIndex = Number.POSITIVE_INFINITY, fromMillis, toMillis } = options;
  const byIndex = segments.filter(
    ({ first }, i) => first < toIndex && (segments[i + 1]?.first ?? Number.POSITIVE_INFINITY) > fromIndex
  );
  const end = toMillis === void 0 ? byIndex.length : await firstSince(byIndex, toMillis);
  const start = fromMillis === void 0 ? 0 : Math.max(0, await firstSince(byIndex, fromMillis) - 1);
  return byIndex.slice(start, end);
}
async function firstSince(segments, millis) {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (await beginMillis(segments[middle]) < millis) low = middle + 1;
    else high = middle;
  }
  return low;
}
async function beginMillis(file) {
  const handle = await openSegment(file);
  if (handle === void 0) return Number.NEGATIVE_INFINITY;
  try {
    const { size } = await handle.stat();
    const first = await firstEntry({ file, handle, end: size });
    return first === void 0 ? Number.POSITIVE_INFINITY : Date.parse(first.entry.time);
  } finally {
    await handle.close();
  }
}

// packages/audit/src/query/query-journal.ts
var DEFAULT_PAGE = 100;
function queryJournal(directory, query = {}, keys) {
  const checked = checkQuery(query, false);
  return take(select2(directory, checked, keys), checked.limit);
}
async function pageOf(directory, query = {}, keys) {
  const checked = checkQuery(query, true);
  const limit = checked.limit ?? DEFAULT_PAGE;
  const entries = [];
  for await (const entry of select2(directory, checked, keys)) {
    if (entries.length === limit) return { entries, next: cursorText(entry.index, checked) };
    entries.push(entry);
  }
  return { entries, next: void 0 };
}
async function* select2(directory, query, keys) {
  const { fromMillis, toMillis, order: order2, cursor } = query;
  const needles = needlesOf(query, keys !== void 0);
  const bounds = order2 === "ascending" ? { fromIndex: cursor?.index } : { toIndex: indexAfter(cursor?.index) };
  for await (const entry of readEntries(directory, { ...bounds, fromMillis, toMillis, order: order2, needles })) {
    const shown = keys === void 0 ? entry : reveal(entry, keys);
    if (matches(shown, query)) yield shown;
  }
}
function indexAfter(index) {
  return index === void 0 ? void 0 : index + 1;
}
async function* take(entries, limit = Number.POSITIVE_INFINITY) {
  let taken = 0;
  for await (const entry of entries) {
    yield entry;
    if (++taken >= limit) return;
  }
}

// packages/audit/test/journal-builder.ts
function content(index, more = {}) {
  const time = new Date(Date.UTC(2026, 10, 25, 12) + index).toISOString();
  return { action: "orders.place", actor: { id: `user:${index}` }, outcome: "success", time, ...more };
}

// packages/audit/test/lineage/entries.ts
function set(text) {
  const [name = "", version] = text.split("@");
  return { namespace: "ns", name, ...version !== void 0 && { version } };
}
function entriesOf2(contents) {
  return contents.map((more, index) => {
    const { outcome, ...rest } = content(index, more);
    const isOver = more.phase !== "started" && outcome !== void 0;
    return { ...rest, ...isOver && { outcome }, index, hash: `hash${index}` };
  });
}
function moved(inputs, outputs, more = {}) {
  return { action: "data.move", inputs: inputs.map(set), outputs: outputs.map(set), ...more };
}
export {
  CHECKPOINTS,
  FORMAT_VERSION,
  LOCK,
  SEGMENTS,
  SIGNING_KEY,
  SUBJECTS,
  VERIFIER_KEY,
  buildLineage,
  createOpenLineageMapper,
  entriesOf2 as entriesOf,
  entryLine,
  firstOfHashes,
  firstOfSegment,
  hashesName,
  headerLine,
  leafHash,
  moved,
  ocsfRecord,
  pageOf,
  queryJournal,
  sealLine,
  segmentName,
  set,
  toCsv,
  toMermaid,
  toNdjson,
  toOcsf,
  toOpenLineage,
  toSvg
};
