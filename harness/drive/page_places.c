// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/page_places.h"

#define BATCH 512

void page_places_init(struct page_places *p, move_function function)
{
	move_call_init(&p->call, BATCH, function);
}

void page_places_done(struct page_places *p)
{
	move_call_done(&p->call);
}

int page_places_count(struct page_places *p, const struct move_target *target,
		      bool (*is_in)(const void *context, uint32_t node), const void *context,
		      uint64_t *ret_pages)
{
	*ret_pages = 0;
	for (uint64_t first = 0; first < target->pages; first += BATCH) {
		size_t count = target->pages - first < BATCH ? target->pages - first : BATCH;
		int r = move_call_query(&p->call, target, first, count);

		if (r < 0)
			return r;
		for (size_t i = 0; i < count; i++)
			*ret_pages += p->call.before[i] >= 0 &&
				      is_in(context, (uint32_t)p->call.before[i]);
	}
	return 0;
}
