// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules on drivers that were asked for and did nothing, and on counts with too much missing. */
#include <inttypes.h>
#include <stdio.h>

#include "reports/verdict_rules.h"

#define MOST_MISSED_SHARE 100 /* one in so many */

bool verdict_has_no_block(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "not exercised: offline was asked for, and none of %" PRIu64
		       " memory blocks may be attempted (\"memsoak plan\" says why)",
		       f->blocks_without_offline);
	return f->blocks_without_offline > 0 && !f->is_live && !f->scenario;
}

bool verdict_all_calls_failed(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "not exercised: every call of %s failed (%s)",
		       f->all_failed ? f->all_failed : "",
		       f->all_failed_error ? f->all_failed_error : "");
	return f->all_failed && !f->is_live;
}

bool verdict_none_was_aimed(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "not exercised: of %" PRIu64
		       " pages that were to be in the block none ever was, in %" PRIu64 " attempts",
		       f->aim_wanted, f->aims);
	return f->aim_wanted > 0 && f->aim_in_block == 0 && !f->is_live && !verdict_holds_pages(f);
}

bool verdict_has_missed(const struct verdict_facts *f, char *why, size_t size)
{
	uint64_t counted = f->attempts + f->waits;

	(void)snprintf(why, size,
		       "not judged: the kernel missed %" PRIu64 " probes, %" PRIu64
		       " were counted: the figures are too low",
		       f->probe_misses, counted);
	return f->probe_misses > counted / MOST_MISSED_SHARE && !f->is_live;
}
