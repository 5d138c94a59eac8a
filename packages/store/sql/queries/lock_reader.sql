-- Takes a reader's place in the ledger for this transaction, or nothing when another process has it.
-- $1 reader. Result: generation, xid, seq, since.
select generation, xid::text as xid, seq::text as seq, since
from audit_ledger_readers
where reader = $1
for update skip locked
