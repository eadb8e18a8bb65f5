// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/jsonw.h"

#include <assert.h>

static void stream_prefix(struct jsonw_stream *s, const char *key)
{
	uint64_t bit = 1ULL << s->depth;

	if (s->has_members & bit)
		(void)fputs(",\n", s->out);
	s->has_members |= bit;
	if (key) {
		struct jsonw *name = jsonw_string(key);

		(void)fprintf(s->out, "%s: ", jsonw_text(name, NULL));
		jsonw_free(name);
	}
}

void jsonw_stream_begin(struct jsonw_stream *s, const char *key, char bracket)
{
	assert(s->depth < 62);
	stream_prefix(s, key);
	(void)fputc(bracket, s->out);
	s->depth++;
	s->has_members &= ~(1ULL << s->depth);
}

void jsonw_stream_end(struct jsonw_stream *s, char bracket)
{
	assert(s->depth > 0);
	s->depth--;
	(void)fputc(bracket, s->out);
	if (s->depth == 0)
		(void)fputc('\n', s->out);
}

void jsonw_stream_value(struct jsonw_stream *s, const char *key, struct jsonw *value)
{
	if (!value)
		return;
	stream_prefix(s, key);
	(void)fputs(jsonw_text(value, NULL), s->out);
	jsonw_free(value);
}
