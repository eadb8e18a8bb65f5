// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/cause_hooks.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"

const struct cause_hook cause_hooks[] = {
	{"move_to_new_folio", CAUSE_ROLE_MOVE, CAUSE_MOVE_ENTRY, CAUSE_MOVE_RETURN},
	{"move_to_new_page", CAUSE_ROLE_MOVE, CAUSE_MOVE_ENTRY, CAUSE_MOVE_RETURN},
	{"migration_entry_wait", CAUSE_ROLE_WAIT, CAUSE_WAIT_ENTRY, CAUSE_WAIT_RETURN},
	{"migration_entry_wait_huge", CAUSE_ROLE_WAIT, CAUSE_WAIT_ENTRY, CAUSE_WAIT_RETURN},
	{"pmd_migration_entry_wait", CAUSE_ROLE_WAIT, CAUSE_WAIT_ENTRY, CAUSE_WAIT_RETURN},
	/* mm/filemap.c; pages until 5.15, folios since */
	{"wait_on_page_bit", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"wait_on_page_bit_killable", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"folio_wait_bit", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"folio_wait_bit_killable", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__lock_page", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__lock_page_killable", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__lock_page_or_retry", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__folio_lock", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__folio_lock_killable", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__folio_lock_or_retry", CAUSE_ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	/* mm/shmem.c, mm/filemap.c */
	{"shmem_fault", CAUSE_ROLE_FAULT, CAUSE_FAULT_ENTRY, CAUSE_HOLD_RETURN},
	{"filemap_fault", CAUSE_ROLE_FAULT, CAUSE_FAULT_ENTRY, CAUSE_HOLD_RETURN},
	{"pagecache_get_page", CAUSE_ROLE_LOOKUP, CAUSE_LOOKUP_ENTRY, CAUSE_LOOKUP_RETURN},
	{"__filemap_get_folio", CAUSE_ROLE_LOOKUP, CAUSE_LOOKUP_ENTRY, CAUSE_LOOKUP_RETURN},
	{"put_and_wait_on_page_locked", CAUSE_ROLE_PUT, CAUSE_PUT_ENTRY, CAUSE_HOLD_RETURN},
	{"folio_put_wait_locked", CAUSE_ROLE_PUT, CAUSE_PUT_ENTRY, CAUSE_HOLD_RETURN},
	{"migration_entry_wait_on_locked", CAUSE_ROLE_LOCKED, CAUSE_LOCKED_ENTRY, CAUSE_NO_PROGRAM},
	{"softleaf_entry_wait_on_locked", CAUSE_ROLE_LOCKED, CAUSE_LOCKED_ENTRY, CAUSE_NO_PROGRAM},
	{"io_schedule", CAUSE_ROLE_SLEEP, CAUSE_SLEEP_ENTRY, CAUSE_NO_PROGRAM},
	/* mm/mlock.c since 5.18 */
	{"mlock_page", CAUSE_ROLE_BATCH, CAUSE_BATCH_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_new_page", CAUSE_ROLE_BATCH, CAUSE_BATCH_ENTRY, CAUSE_NO_PROGRAM},
	{"munlock_page", CAUSE_ROLE_BATCH, CAUSE_BATCH_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_folio", CAUSE_ROLE_BATCH, CAUSE_BATCH_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_new_folio", CAUSE_ROLE_BATCH, CAUSE_BATCH_ENTRY, CAUSE_NO_PROGRAM},
	{"munlock_folio", CAUSE_ROLE_BATCH, CAUSE_BATCH_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_page_drain_local", CAUSE_ROLE_BATCH, CAUSE_DRAIN_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_page_drain_remote", CAUSE_ROLE_BATCH, CAUSE_DRAIN_OTHER_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_drain_local", CAUSE_ROLE_BATCH, CAUSE_DRAIN_ENTRY, CAUSE_NO_PROGRAM},
	{"mlock_drain_remote", CAUSE_ROLE_BATCH, CAUSE_DRAIN_OTHER_ENTRY, CAUSE_NO_PROGRAM},
	{"migrate_folio_undo_src", CAUSE_ROLE_UNDO, CAUSE_UNDO_ENTRY, CAUSE_NO_PROGRAM},
};
_Static_assert(ARRAY_SIZE(cause_hooks) == CAUSE_HOOKS, "room for what is found of each");

bool cause_role_is_optional(enum cause_role role)
{
	return role == CAUSE_ROLE_FAULT || role == CAUSE_ROLE_LOOKUP || role == CAUSE_ROLE_UNDO;
}

/* A renamed function (.isra) may have other arguments; those of a wait do not matter. */
static bool is_usable(const struct cause_hook *hook, const char *symbol)
{
	return hook->role == CAUSE_ROLE_WAIT || strcmp(symbol, hook->function) == 0;
}

int cause_hooks_find(struct fsio *fs, char found[CAUSE_HOOKS][SYMBOL_SIZE], struct err *e)
{
	const char *names[CAUSE_HOOKS];
	int r;

	for (size_t i = 0; i < CAUSE_HOOKS; i++)
		names[i] = cause_hooks[i].function;
	r = symbols_find(fs->root_fd, "proc/kallsyms", names, CAUSE_HOOKS, found);
	if (r < 0)
		return err_errno(e, r, "cannot read /proc/kallsyms");
	for (size_t i = 0; i < CAUSE_HOOKS; i++)
		if (!is_usable(&cause_hooks[i], found[i]))
			found[i][0] = '\0';
	return 0;
}
