// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/profile_keys.h"
#include "plan/sha256.h"

_Static_assert(PLAN_DIGEST_SIZE == SHA256_TEXT_SIZE, "the digest is a SHA-256");

static bool has_section(const struct profile *p, enum section_id section)
{
	switch (section) {
	case SECTION_OFFLINE:
		return p->has_offline;
	case SECTION_MOVE_PAGES:
		return p->has_move_pages;
	case SECTION_LADDER:
		return p->n_rungs > 0;
	case SECTION_OBSERVE: /* it came later */
		return p->causes;
	case SECTION_RECORD: /* how the run is written down is no part of it */
		return false;
	case SECTION_SCENARIO:
		return p->scenario != SCENARIO_NONE;
	case SECTION_STRESS_NG:
		return p->stress_ng.is_there;
	default:
		return section < SECTION_CALLER(0) ||
		       p->callers[section - SECTION_CALLER(0)].is_there;
	}
}

static bool is_default(const struct profile_key *key, const char *value)
{
	struct profile p = {0};
	struct profile_workers w = {0};
	char normal[256];

	(void)profile_parse_value(key, key->value, &p, &w, NULL);
	profile_format_value(key, &p, &w, normal, sizeof(normal));
	return strcmp(value, normal) == 0;
}

static void write_keys(FILE *out, enum section_id section, const struct profile *p,
		       const struct profile_workers *w)
{
	char value[256];

	for (size_t i = 0; i < n_profile_keys; i++) {
		const struct profile_key *key = &profile_keys[i];

		if (key->section != section || key->digest == DIGEST_NEVER)
			continue;
		profile_format_value(key, p, w, value, sizeof(value));
		if (key->digest == DIGEST_UNLESS_DEFAULT && is_default(key, value))
			continue;
		(void)fprintf(out, "%s = %s\n", key->name, value);
	}
}

void digest_profile(const struct profile *p, uint64_t seed, char digest[PLAN_DIGEST_SIZE])
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		(void)memory_alloc(SIZE_MAX / 2, 1); /* ends the program with the out-of-memory line */
	(void)fprintf(out, "memsoak plan 1\nseed = %" PRIu64 "\n", seed);
	for (unsigned int s = 0; s < SECTION_MAX; s++) {
		if (s == SECTION_WORKERS || !has_section(p, (enum section_id)s))
			continue;
		(void)fprintf(out, "[%s]\n", profile_sections[s]);
		write_keys(out, (enum section_id)s, p, NULL);
	}
	for (size_t i = 0; i < p->n_workers; i++) {
		(void)fprintf(out, "[workers %s]\n", p->workers[i].name);
		write_keys(out, SECTION_WORKERS, p, &p->workers[i]);
	}
	(void)fclose(out);
	sha256_text(text, length, digest);
	free(text);
}
