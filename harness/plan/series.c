// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/series.h"

#include <errno.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"

void series_share(uint64_t total_ns, const uint64_t *own_ns, size_t n, uint64_t *ret_parts_ns)
{
	uint64_t left_ns = total_ns;
	size_t n_left = n;
	bool is_settled = false;

	for (size_t i = 0; i < n; i++)
		ret_parts_ns[i] = 0;
	/* Each round gives those their own who want no more than an equal part of what is left. */
	while (n_left > 0 && !is_settled) {
		uint64_t part_ns = left_ns / n_left;

		is_settled = true;
		for (size_t i = 0; i < n; i++) {
			if (ret_parts_ns[i] || own_ns[i] > part_ns)
				continue;
			ret_parts_ns[i] = own_ns[i];
			left_ns -= own_ns[i];
			n_left--;
			is_settled = false;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (ret_parts_ns[i] == 0 && n_left > 0)
			ret_parts_ns[i] = left_ns / n_left;
		if (ret_parts_ns[i] < NS_PER_S)
			ret_parts_ns[i] = NS_PER_S;
	}
}

int series_load(const struct profile *list, uint64_t duration_ns, struct series *ret_series,
		struct err *e)
{
	uint64_t own_ns[PROFILE_MAX_MEMBERS] = {0}, parts_ns[PROFILE_MAX_MEMBERS];

	*ret_series = (struct series){0};
	for (size_t i = 0; i < list->n_members; i++) {
		struct profile *p = &ret_series->members[i].profile;
		int r = profile_load(list->members[i], p, e);

		if (r < 0)
			return err_wrap(e, "%s", list->path);
		ret_series->n++;
		if (p->n_members > 0)
			return err_set(e, -EINVAL,
				       "%s: profile '%s' is a list of profiles, too: name those of "
				       "them that are to be run",
				       list->path, p->name);
		own_ns[i] = p->duration_ns;
	}
	series_share(duration_ns, own_ns, ret_series->n, parts_ns);
	for (size_t i = 0; i < ret_series->n; i++)
		ret_series->members[i].duration_ns = parts_ns[i];
	return 0;
}

void series_done(struct series *series)
{
	for (size_t i = 0; i < series->n; i++)
		profile_done(&series->members[i].profile);
	*series = (struct series){0};
}
