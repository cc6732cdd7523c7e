// Reads a list of Kubernetes objects as JSON, writes for each of them, in the same order, a list of what its schema finds wrong.
// It is given to node as text, in the folder that has the packages: modules are looked for there.
import { text } from "node:stream/consumers";

const packages = {
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "external-secrets.io": "@kubernetes-models/external-secrets",
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api",
};

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

async function mistakes(object) {
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
  const module = [packages[group] ?? "kubernetes-models", group, version, object.kind].filter(Boolean).join("/");
  let model;
  try {
    model = (await import(module))[object.kind];
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
  const unknown = [...unread].filter(path => ![...unread].some(other => path !== other && (path.startsWith(`${other}.`) || path.startsWith(`${other}[`))));
  return [...found, ...unknown.map(path => `${path} is not known to the schema`)];
}

const objects = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await Promise.all(objects.map(mistakes))));
