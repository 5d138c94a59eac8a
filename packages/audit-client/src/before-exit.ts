/** What is called when the process has nothing left to do. */
interface LastCall {
  reportBeforeExit(): Promise<void>;
}

const clients = new Set<WeakRef<LastCall>>();
let isListening = false;

/**
 * Lets `client` report its drops before the process ends by itself. Pending receipts need no such hook: they hold the
 * process. One listener for all clients, and clients that are gone are forgotten.
 */
export function onBeforeExit(client: LastCall): void {
  clients.add(new WeakRef(client));
  if (!isListening) {
    isListening = true;
    process.on('beforeExit', reportAll);
  }
}

function reportAll(): void {
  for (const reference of clients) {
    const client = reference.deref();
    if (client === undefined) {
      clients.delete(reference);
    } else {
      // Never rejects; with nothing to report it adds no work, so the process ends.
      void client.reportBeforeExit();
    }
  }
}
