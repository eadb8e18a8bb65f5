// SPDX-License-Identifier: GPL-2.0-or-later
/* stress_ng: the load beside the workers, how it ended, and what is believed of what it counted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/fold.h"

static const char *const endings[] = {"asked", "early", "killed"};

/* stress-ng(1), EXIT STATUS; the same from 0.12 to 0.22. */
static const char *const meanings[] = {
	"success",
	"wrong options, or out of resources",
	"a stressor failed",
	"a stressor lacked resources",
	"a stressor is not implemented here",
	"a stressor was ended by a signal",
	"a stressor ended in an unexpected way",
	"its metrics are not to be trusted",
};

const char *fold_known_stress_ng_end(const char *text)
{
	for (size_t k = 0; k < ARRAY_SIZE(endings); k++)
		if (strcmp(endings[k], text) == 0)
			return endings[k];
	return NULL;
}

static struct fold_stressor *stressor_of(struct fold_stress_ng *s, struct journal_value o,
					 bool is_new)
{
	char name[FOLD_NAME_SIZE];

	if (!journal_string(o, "name", name, sizeof(name)) || !tally_is_name(name))
		return NULL;
	for (size_t i = 0; i < s->n_stressors; i++)
		if (strcmp(s->stressors[i].name, name) == 0)
			return &s->stressors[i];
	if (!is_new || s->n_stressors == FOLD_MAX_STRESSORS)
		return NULL;
	(void)strcpy(s->stressors[s->n_stressors].name, name);
	return &s->stressors[s->n_stressors++];
}

void fold_take_stress_ng_start(struct fold *f, struct journal_value o)
{
	struct journal_iterator i = journal_each(journal_get(o, "stressors"));
	struct fold_stress_ng *s = &f->stress_ng;

	s->is_there = true;
	(void)journal_string(o, "version", s->version, sizeof(s->version));
	(void)journal_string(o, "options", s->options, sizeof(s->options));
	fold_known(o, "memory_bytes", &s->memory_bytes);
	(void)journal_bool(o, "confined", &s->is_confined);
	for (; journal_more(&i); journal_step(&i)) {
		struct fold_stressor *stressor = stressor_of(s, i.value, true);

		if (stressor)
			fold_known(i.value, "instances", &stressor->instances);
	}
}

static void note_early_end(struct fold *f)
{
	const struct fold_stress_ng *s = &f->stress_ng;
	char seconds[32];

	(void)snprintf(seconds, sizeof(seconds), "%" PRIu64 ".%" PRIu64,
		       s->ran_ns.value / 1000000000, s->ran_ns.value / 100000000 % 10);
	if (s->signal.is_known)
		fold_fault(f,
			   "stress-ng was ended by signal %" PRIu64 " after %s s, before the run",
			   s->signal.value, seconds);
	else
		fold_fault(
			f,
			"stress-ng ended by itself after %s s, before the run, with status %" PRIu64
			": %s",
			seconds, s->status.value,
			s->status.value < ARRAY_SIZE(meanings) ? meanings[s->status.value]
							       : "not one of its own");
}

void fold_take_stress_ng_end(struct fold *f, struct journal_value o)
{
	struct journal_iterator i = journal_each(journal_get(o, "stressors"));
	struct fold_stress_ng *s = &f->stress_ng;
	char ended[FOLD_NAME_SIZE];

	if (journal_string(o, "ended", ended, sizeof(ended)))
		s->ended = fold_known_stress_ng_end(ended);
	fold_known(o, "status", &s->status);
	fold_known(o, "signal", &s->signal);
	fold_known(o, "ran_ns", &s->ran_ns);
	for (; journal_more(&i); journal_step(&i)) {
		struct fold_stressor *stressor = stressor_of(s, i.value, false);

		if (!stressor)
			continue;
		fold_known(i.value, "bogo_ops", &stressor->bogo_ops);
		fold_known(i.value, "wall_ns", &stressor->wall_ns);
		(void)journal_string(i.value, "not_believed", stressor->why, sizeof(stressor->why));
	}
	if (s->ended && strcmp(s->ended, "early") == 0)
		note_early_end(f);
}

static struct jsonw *describe_stressor(struct fold *f, const struct fold_stressor *stressor)
{
	struct jsonw *object = jsonw_object();
	char path[2 * FOLD_NAME_SIZE];

	jsonw_set_string(object, "name", stressor->name);
	fold_set_known(object, "instances", &stressor->instances);
	fold_set_known(object, "bogo_ops", &stressor->bogo_ops);
	fold_set_known(object, "wall_ns", &stressor->wall_ns);
	if (stressor->bogo_ops.is_known && stressor->wall_ns.is_known)
		return object;
	(void)snprintf(path, sizeof(path), "stress_ng.%s.bogo_ops", stressor->name);
	fold_unmeasured(f, path, "%s",
			stressor->why[0] ? stressor->why
					 : "the journal does not tell how stress-ng ended");
	return object;
}

struct jsonw *fold_describe_stress_ng(struct fold *f)
{
	const struct fold_stress_ng *s = &f->stress_ng;
	struct jsonw *object, *list;

	if (!s->is_there)
		return NULL;
	object = jsonw_object();
	list = jsonw_array();
	jsonw_set_string(object, "version", s->version);
	if (s->options[0])
		jsonw_set_string(object, "options", s->options);
	fold_set_known(object, "memory_bytes", &s->memory_bytes);
	jsonw_set_bool(object, "confined", s->is_confined);
	for (size_t i = 0; i < s->n_stressors; i++)
		jsonw_append(list, describe_stressor(f, &s->stressors[i]));
	jsonw_set(object, "stressors", list);
	if (!s->ended) {
		fold_unmeasured(f, "stress_ng.ended",
				"the journal does not tell how stress-ng ended");
		return object;
	}
	jsonw_set_string(object, "ended", s->ended);
	fold_set_known(object, "ran_ns", &s->ran_ns);
	fold_set_known(object, "signal", &s->signal);
	fold_set_known(object, "status", &s->status);
	if (s->status.is_known && s->status.value < ARRAY_SIZE(meanings))
		jsonw_set_string(object, "means", meanings[s->status.value]);
	return object;
}
