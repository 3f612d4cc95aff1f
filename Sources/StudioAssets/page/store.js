// What survives a reload: jobs with their results, the pictures they were made of, and what is being worked on.

const stores = ["jobs", "pictures", "draft"];

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("studio", 1);
    request.onupgradeneeded = () => stores.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function ask(name, mode, body) {
  const transaction = (await database()).transaction(name, mode);
  const request = body(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Private windows may refuse a database, and disks fill up: the page then works without a memory. */
async function attempt(...parts) {
  try {
    return await ask(...parts);
  } catch (error) {
    console.info("not kept:", error?.message);
    return undefined;
  }
}

export const put = (store, key, value) => attempt(store, "readwrite", (each) => each.put(value, key));
export const get = (store, key) => attempt(store, "readonly", (each) => each.get(key));
export const remove = (store, key) => attempt(store, "readwrite", (each) => each.delete(key));
export const all = async (store) => (await attempt(store, "readonly", (each) => each.getAll())) ?? [];
export const keys = async (store) => (await attempt(store, "readonly", (each) => each.getAllKeys())) ?? [];
