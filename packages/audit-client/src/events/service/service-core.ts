import type { EventIssue } from '@auditlane/schema';
import type { AuditClient } from '../../audit-client.ts';
import { createStderrLogger } from '../../audit-logger.ts';
import { defaultAuditClient } from '../../default-client.ts';
import { createPathMatcher } from '../../middleware/path-rule.ts';
import { compileTrust } from '../../middleware/trust-proxy.ts';
import type { RejectionReason } from '../../receipt.ts';
import { toRejection } from '../../receipts.ts';
import { createWarnings, toErrorFacts, type Warnings } from '../../warnings.ts';
import { readBatchSettings } from '../batching/batch-settings.ts';
import {
  addBuiltEvent,
  type BatchedEventProcessor,
  createOwnedProcessor,
} from '../batching/batched-event-processor.ts';
import { SecurityEventEmitter } from '../bus/security-event-emitter.ts';
import { SecurityEventType } from '../catalogue/security-event-type.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { MetricRegistry } from '../metrics/metric-registry.ts';
import { endService, registerService } from '../metrics/register-service.ts';
import type { ServiceFigures } from '../metrics/service-metrics.ts';
import { QueueEventProcessor } from '../processors/queue-event-processor.ts';
import { copyDetails } from '../redaction/copy-details.ts';
import { createRedaction, type Redaction } from '../redaction/redaction.ts';
import { addRequestFacts } from './add-request-facts.ts';
import { readOptions, readRequest } from './read-options.ts';
import { createEventBuilder, type EventBuilder, type EventDraft } from './event-builder.ts';
import { findMethodClashes } from './event-families.ts';
import type { EventOptions, FamilyEventOptions, LogFromRequestOptions } from './event-options.ts';
import { readServiceConfig, type ServiceSettings } from './read-service-config.ts';
import { readRequestCorrelation, readRequestFacts, readRequestSource, type RequestRules } from './request-facts.ts';
import type { RequestLike } from './request-like.ts';
import type { SecurityEventServiceConfig } from './security-event-service-config.ts';
import type { SecurityEventServiceStats } from './security-event-service.ts';
import { TypeTable } from './type-table.ts';

const NOT_A_TYPE: EventIssue = { path: 'type', code: 'invalid_type', message: 'Must be a text that is not empty.' };

/** One call of `logEvent`; what is `unknown` is believed in nothing. */
export interface EventCall {
  readonly type: unknown;
  readonly source: unknown;
  readonly details: unknown;
  readonly options: EventOptions | undefined;
}

/** One call of `logFromRequest`. */
export interface RequestEventCall {
  readonly type: unknown;
  readonly request: RequestLike;
  readonly details: unknown;
  readonly options: LogFromRequestOptions | undefined;
}

/** What a call says, read: its details are a copy. */
type ReadCall = Omit<EventDraft, 'type' | 'source'> & { readonly source: unknown };

/**
 * What all of a service's methods come down to: settings, tables, the batching processor and the bus.
 *
 * A call copies and redacts its details, builds the event, hands it to the processor, and after that to the bus: whatever
 * a handler does, the event is on its way. Everything happens in the call; only the processor's answer is waited for. What
 * throws in between is a defect of ours or a trap in the arguments; the call is then answered `internal`.
 */
export class ServiceCore {
  readonly issues: readonly EventIssue[];
  /** Types that the configuration adds to the built-in ones, or replaces. */
  readonly ownTypes: readonly string[];
  readonly emitter: SecurityEventEmitter;
  readonly #settings: ServiceSettings;
  readonly #isSafe: boolean;
  readonly #warnings: Warnings;
  readonly #redaction: Redaction;
  readonly #rules: RequestRules;
  readonly #builder: EventBuilder;
  #processor: BatchedEventProcessor | null = null;
  #rejected = 0;
  #disabled = 0;
  #closing: Promise<void> | null = null;
  readonly #registries = new Set<MetricRegistry>();
  #hasEnded = false;

  constructor(config: SecurityEventServiceConfig) {
    const { settings, issues, isSafe } = readServiceConfig(config);
    const logger = settings.logger ?? createStderrLogger();
    this.#settings = settings;
    this.#isSafe = isSafe;
    this.#warnings = createWarnings(logger, Date.now);
    const ofBatches = readBatchSettings(settings.batchProcessing).issues;
    const clashes = findMethodClashes(Object.values(SecurityEventType), Object.keys(settings.eventTypes));
    this.issues = [
      ...issues,
      ...ofBatches.map((issue) => ({ ...issue, path: toPath('batchProcessing', issue.path) })),
      ...clashes,
    ];
    this.ownTypes = Object.keys(settings.eventTypes);
    this.emitter = new SecurityEventEmitter({ handlerTimeout: settings.handlerTimeout, logger });
    this.#redaction = createRedaction(settings.redaction);
    this.#rules = toRequestRules(settings);
    this.#builder = createEventBuilder(new TypeTable(settings), Date.now);
    if (clashes.length > 0) {
      this.#warnings.warn('event types share a method of the service, which logs the last of them', {
        issues: clashes.slice(0, 5),
      });
    }
    if (issues.length > 0) {
      const effect = isSafe ? 'the defaults are used instead' : 'nothing is logged';
      this.#warnings.warn(`security event service has invalid settings: ${effect}`, { issues: issues.slice(0, 5) });
    }
  }

  /** Made when it is needed first; the client behind it opens its connections with the first event. */
  get processor(): BatchedEventProcessor {
    this.#processor ??= this.#createProcessor();
    return this.#processor;
  }

  get loggingOptions(): { readonly includeHeaders: boolean } {
    return this.#settings.defaultLoggingOptions;
  }

  logEvent({ type, source, details, options }: EventCall): Promise<EventReceipt> {
    return this.#log(type, () => ({
      source,
      details: copyDetails(details, this.#redaction),
      options: readOptions(options),
    }));
  }

  logFromRequest({ type, request, details, options: given }: RequestEventCall): Promise<EventReceipt> {
    return this.#log(type, () => {
      const options = readOptions(given);
      const includeHeaders = options.includeHeaders ?? this.loggingOptions.includeHeaders;
      const facts = copyDetails(readRequestFacts(request, this.#rules, includeHeaders), this.#redaction);
      return {
        source: options.source ?? readRequestSource(request, this.#rules),
        details: addRequestFacts(copyDetails(details, this.#redaction), facts),
        options: { ...options, correlationId: options.correlationId ?? readRequestCorrelation(request) },
      };
    });
  }

  /** The way of a family's method. */
  logFamilyEvent(type: string, details: unknown, options: FamilyEventOptions | undefined): Promise<EventReceipt> {
    const request = readRequest(options);
    if (request !== null) return this.logFromRequest({ type, request, details, options });
    return this.#log(type, () => {
      const read = readOptions(options);
      return { source: read.source, details: copyDetails(details, this.#redaction), options: read };
    });
  }

  flush(): Promise<{ readonly processed: number; readonly failed: number }> {
    return this.#processor === null ? Promise.resolve({ processed: 0, failed: 0 }) : this.#processor.flush();
  }

  drain(): Promise<void> {
    return this.#processor === null ? Promise.resolve() : this.#processor.drain();
  }

  getStats(): SecurityEventServiceStats {
    return {
      ...this.processor.getStats(),
      totalRejected: this.#rejected,
      totalDisabled: this.#disabled,
      handlers: this.emitter.getStats(),
    };
  }

  /** What its metrics show; of the client behind the queue, when events go there. */
  getFigures(): ServiceFigures {
    const { processor, client, batchProcessing, enabled } = this.#settings;
    const isQueued = processor === undefined && enabled;
    const of = isQueued ? (client ?? batchProcessing?.client ?? defaultAuditClient()) : null;
    return { service: this.#settings.name, stats: this.getStats(), client: of === null ? null : readClient(of) };
  }

  registerMetrics(registry: MetricRegistry): boolean {
    try {
      registerService(registry, this);
      if (this.#hasEnded) endService(registry, this);
      else this.#registries.add(registry);
      return true;
    } catch (error) {
      this.#warnings.warn('a metric registry did not take the metrics of a service', toErrorFacts(error));
      return false;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #log(type: unknown, read: () => ReadCall): Promise<EventReceipt> {
    try {
      const refusal = this.#findRefusal(type);
      if (refusal !== null) return Promise.resolve(refusal);
      const { source, details, options } = read();
      const event = this.#builder.build({
        type: String(type),
        source: typeof source === 'string' && source !== '' ? source : this.#settings.defaultSource,
        details,
        options,
      });
      const receipt = addBuiltEvent(this.processor, event);
      this.emitter.emit(event);
      return receipt;
    } catch (error) {
      return Promise.resolve(this.#failInternally(error));
    }
  }

  #failInternally(error: unknown): EventReceipt {
    this.#warnings.warn('security event service failed on its own', toErrorFacts(error));
    return this.#reject('internal');
  }

  /** Why a call is not taken at all; null for one that is. */
  #findRefusal(type: unknown): EventReceipt | null {
    if (!this.#settings.enabled) {
      this.#disabled += 1;
      return { id: this.#builder.mintId(), status: 'disabled' };
    }
    if (this.#closing !== null) return this.#reject('closed');
    if (!this.#isSafe) return this.#reject('misconfigured', this.issues);
    return typeof type === 'string' && type !== '' ? null : this.#reject('invalid', [NOT_A_TYPE]);
  }

  #reject(reason: RejectionReason, issues?: readonly EventIssue[]): EventReceipt {
    this.#rejected += 1;
    this.#warnings.warn(
      `security events are rejected: ${reason}`,
      issues === undefined ? {} : { issues: issues.slice(0, 5) },
    );
    return toRejection(reason, issues);
  }

  #createProcessor(): BatchedEventProcessor {
    const { processor, client, batchProcessing, logger } = this.#settings;
    return createOwnedProcessor({
      processor: processor ?? new QueueEventProcessor({ client: client ?? batchProcessing?.client }),
      options: client === undefined ? batchProcessing : { ...batchProcessing, client },
      warnings: logger === undefined ? null : this.#warnings,
    });
  }

  async #close(): Promise<void> {
    await this.#processor?.close();
    await this.emitter.idle();
    this.#hasEnded = true;
    for (const registry of this.#registries) endService(registry, this);
    this.#registries.clear();
  }
}

/** A client that wraps another one may have no figures: then there are none of it, and the service has its own. */
function readClient(client: AuditClient): ServiceFigures['client'] {
  try {
    return typeof client.stats === 'function' ? { of: client, stats: client.stats() } : null;
  } catch {
    return null;
  }
}

function toPath(option: string, path: string): string {
  return path === '' ? option : `${option}.${path}`;
}

function toRequestRules({ apiPaths, adminPaths, trustProxy, getUser }: ServiceSettings): RequestRules {
  const trust = trustProxy === undefined ? null : compileTrust(trustProxy);
  return {
    isApi: createPathMatcher(apiPaths),
    isAdmin: createPathMatcher(adminPaths),
    trust: trust?.kind === 'valid' ? trust.trust : null,
    getUser,
  };
}
