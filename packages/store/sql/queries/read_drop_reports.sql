-- The numbers that clients say they gave up, or that need no row, in a stretch of the ledger. Where a caller's own words
-- cannot be.
-- $1 first xid, $2 last xid, $3 lowest id, $4 highest id. Result: producer_id, numbers as text.
select producer_id, metadata #>> '{_auditlane,numbers}' as numbers
from audit_logs
where batch between $1::bigint and $2::bigint
  and id between $3::uuid and $4::uuid
  and event_type in ('audit.events.dropped', 'audit.events.settled')
  and producer_id is not null
  and metadata #>> '{_auditlane,numbers}' is not null
