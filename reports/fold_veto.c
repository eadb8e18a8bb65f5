// SPDX-License-Identifier: GPL-2.0-or-later
/* offline.veto: the attempts that a notifier was made to veto. They say nothing of pages. */
#include <string.h>

#include "base/hist_json.h"
#include "base/jsonw.h"
#include "reports/fold.h"

bool fold_take_vetoed(struct fold *f, struct journal_value o)
{
	struct fold_veto *v = &f->veto;
	char veto[TALLY_NAME_SIZE], error[TALLY_NAME_SIZE];
	int64_t number = 0;
	uint64_t ns;

	if (!journal_string(o, "veto", veto, sizeof(veto)))
		return false;
	if (!journal_string(o, "error", error, sizeof(error)))
		(void)strcpy(error, "other");
	(void)journal_int(o, "errno", &number);
	v->attempts++;
	if (strcmp(error, "OK") == 0) {
		v->succeeded++;
	} else {
		tally_add(&v->by_errno, error, (int32_t)number, 1);
		if (strcmp(error, veto) == 0)
			v->vetoed++;
		else
			v->other++;
	}
	fold_known(o, "attempts", &v->last_migrations);
	v->migrations.is_known |= v->last_migrations.is_known;
	fold_add(&v->migrations.value, v->last_migrations.value);
	v->last_migrations = (struct known){0};
	if (journal_uint(o, "wall_ns", &ns))
		hist_add(&v->latency, ns);
	return true;
}

struct jsonw *fold_describe_veto(struct fold *f)
{
	const struct fold_veto *v = &f->veto;
	struct jsonw *object = jsonw_object();

	if (v->unavailable[0])
		jsonw_set_string(object, "unavailable", v->unavailable);
	jsonw_set_uint(object, "attempts", v->attempts);
	jsonw_set_uint(object, "vetoed", v->vetoed);
	jsonw_set_uint(object, "succeeded", v->succeeded);
	jsonw_set_uint(object, "other", v->other);
	jsonw_set(object, "by_errno", tally_errnos(&v->by_errno));
	fold_set_known(object, "migrations", &v->migrations);
	if (v->latency.count)
		jsonw_set(object, "latency", hist_to_json(&v->latency));
	return object;
}
