// SPDX-License-Identifier: GPL-2.0-or-later
/* What the parts of the fold have in common. */
#include <stdarg.h>
#include <stdio.h>

#include "base/jsonw.h"
#include "reports/fold.h"

void fold_sum(struct journal_value object, const char *key, uint64_t *into)
{
	uint64_t value = 0;

	if (journal_uint(object, key, &value))
		fold_add(into, value);
}

void fold_add(uint64_t *into, uint64_t value)
{
	if (__builtin_add_overflow(*into, value, into))
		*into = UINT64_MAX;
}

void fold_known(struct journal_value object, const char *key, struct known *into)
{
	if (journal_uint(object, key, &into->value))
		into->is_known = true;
}

void fold_add_hist(struct journal_value object, const char *key, struct hist *into)
{
	struct journal_value hist = journal_get(object, key);
	struct journal_value buckets = journal_get(hist, "buckets");
	uint64_t max_ns = 0;

	fold_sum(hist, "sum_ns", &into->sum_ns);
	if (journal_uint(hist, "max_ns", &max_ns) && max_ns > into->max_ns)
		into->max_ns = max_ns;
	for (struct journal_iterator i = journal_each(buckets); journal_more(&i); journal_step(&i)) {
		struct journal_iterator pair = journal_each(i.value);
		uint64_t upper_ns, count;

		if (!journal_more(&pair) || !journal_uint(pair.value, NULL, &upper_ns))
			continue;
		journal_step(&pair);
		if (journal_more(&pair) && journal_uint(pair.value, NULL, &count))
			hist_add_bucket(into, upper_ns, count);
	}
}

void fold_set_known(struct jsonw *object, const char *key, const struct known *k)
{
	if (k->is_known)
		jsonw_set_uint(object, key, k->value);
}

struct jsonw *fold_share(uint64_t numerator, uint64_t denominator)
{
	struct jsonw *share = jsonw_object();

	jsonw_set_uint(share, "numerator", numerator);
	jsonw_set_uint(share, "denominator", denominator);
	return share;
}

void fold_unmeasured(struct fold *f, const char *path, const char *format, ...)
{
	struct jsonw *entry = jsonw_object();
	char why[FOLD_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	jsonw_set_string(entry, "path", path);
	jsonw_set_string(entry, "why", why);
	jsonw_append(f->unmeasured, entry);
}

void fold_fault(struct fold *f, const char *format, ...)
{
	char what[FOLD_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	text_tally_add(&f->faults, what, 1);
}
