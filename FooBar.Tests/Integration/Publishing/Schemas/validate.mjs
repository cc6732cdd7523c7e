// Reads a list of Kubernetes objects as JSON, writes for each of them, in the same order, a list of what its schema finds wrong.
// It is given to node as text, in the folder that has the packages: modules are looked for there.
import { text } from "node:stream/consumers";

const packages = {
  "cert-manager.io": ["@kubernetes-models/cert-manager"],
  "external-secrets.io": ["@kubernetes-models/external-secrets"],
  "gateway.networking.k8s.io": ["@kubernetes-models/gateway-api"],
};
const kubernetes = ["kubernetes-1.33", "kubernetes-1.36"];

// The schemas allow fields that they do not know, as the API server does, which then drops them. Here such a field is a
// mistake: it is one that the validator never reads.
function watched(value, path, unread) {
  if (value === null || typeof value !== "object") {
    return value;
  }

  const isList = Array.isArray(value);
  const children = new Map();
  for (const key of Object.keys(value)) {
    const child = isList ? `${path}[${key}]` : `${path}.${key}`;
    unread.add(child);
    children.set(key, { path: child, value: watched(value[key], child, unread) });
  }

  return new Proxy(value, {
    get(target, key) {
      const child = children.get(key);
      unread.delete(child?.path);
      return child ? child.value : target[key];
    },
  });
}

async function mistakesBy(schemas, object) {
  let model;
  try {
    model = (await import([schemas, ...object.apiVersion.split("/"), object.kind].join("/")))[object.kind];
  } catch {
    return [`no schema for ${object.apiVersion} ${object.kind}`];
  }

  const unread = new Set();
  const found = [];
  try {
    model.prototype.validate.call(watched(object, "", unread));
  } catch (error) {
    found.push(error.message);
  }

  // Of what is not known only the outermost: nothing inside of it is read either.
  const unknown = [...unread].filter(path => ![...unread].some(other => path.startsWith(`${other}.`) || path.startsWith(`${other}[`)));
  return [...found, ...unknown.map(path => `${path} is not known to the schema`)];
}

async function mistakes(object) {
  const names = packages[object.apiVersion.split("/")[0]] ?? kubernetes;
  const found = await Promise.all(names.map(name => mistakesBy(name, object)));
  return found.flatMap((list, index) => list.map(mistake => `${names[index]}: ${mistake}`));
}

const objects = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await Promise.all(objects.map(mistakes))));
