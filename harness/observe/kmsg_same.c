// SPDX-License-Identifier: GPL-2.0-or-later
/* When are two findings the same trouble, told again? And: a finding in JSON. */
#include <stdio.h>

#include "base/jsonw.h"
#include "observe/kmsg_finding.h"
#include "observe/kmsg_text.h"

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

static uint64_t mix_bytes(uint64_t hash, const char *text, size_t length)
{
	uint64_t word;

	for (; length >= sizeof(word); text += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = mix(hash, word);
	}
	word = length;
	for (size_t i = 0; i < length; i++)
		word = word << 8 | (unsigned char)text[i];
	return mix(hash, word);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return mix_bytes(hash, text, strlen(text));
}

/* Of a title as much as tells it apart from others. */
#define TITLE_SIZE 120

enum {
	IS_DIGIT = 1,
	IS_HEX = 2,  /* and the x of 0x */
	IS_WORD = 4,
};

static const unsigned char classes[256] = {
	['0' ... '9'] = IS_WORD | IS_HEX | IS_DIGIT,
	['a' ... 'f'] = IS_WORD | IS_HEX,
	['g' ... 'w'] = IS_WORD,
	['x'] = IS_WORD | IS_HEX,
	['y'] = IS_WORD,
	['z'] = IS_WORD,
	['A' ... 'Z'] = IS_WORD,
	['_'] = IS_WORD,
};

/* "file.c:" before it: a line number, which tells two places apart. */
static bool is_line_number(const char *begin, const char *at)
{
	return at - begin >= 3 && at[-1] == ':' && at[-3] == '.';
}

/* The title without what differs each time: numbers and addresses. Its length. */
static size_t bare_title(struct kmsg_span title, char *to)
{
	const char *begin = title.at, *p = begin;
	size_t n = 0;

	while (p < title.end) {
		const char *word = p;
		unsigned int all = IS_HEX, any = 0, c;

		while (p < title.end && ((c = classes[(unsigned char)*p]) & IS_WORD)) {
			to[n++] = *p++;
			all &= c;
			any |= c;
		}
		if (p == word)
			to[n++] = *p++;
		else if (all && (any & IS_DIGIT) && !is_line_number(begin, word))
			n -= (size_t)(p - word);
	}
	return n;
}

static uint64_t mix_title(uint64_t hash, struct kmsg_span title)
{
	char text[TITLE_SIZE] = "";

	if (span_length(title) > TITLE_SIZE)
		title.end = title.at + TITLE_SIZE;
	return mix_bytes(hash, text, bare_title(title, text));
}

uint64_t kmsg_finding_same(const struct kmsg_finding *f)
{
	uint64_t hash = mix(0, f->kind);

	switch (f->kind) {
	case KMSG_SOFT_LOCKUP:
	case KMSG_HARD_LOCKUP:
	case KMSG_RCU_STALL:
	case KMSG_HUNG_TASK:
		hash = mix(hash, f->has_cpu ? f->cpu : UINT64_MAX);
		hash = mix(hash, f->has_pid ? (uint64_t)(uint32_t)f->pid : UINT64_MAX);
		return mix_text(hash, f->comm);
	case KMSG_MIGRATION_FAILURE:
	case KMSG_UNMOVABLE_PAGE:
		return mix_text(mix_text(hash, f->page.reason), f->page.flags);
	default:
		return mix_title(hash, (struct kmsg_span){f->text, f->text + f->title_length});
	}
}

static struct jsonw *describe_page(const struct kmsg_page *page)
{
	struct jsonw *object = jsonw_object();

	if (page->has_pfn)
		jsonw_set_uint(object, "pfn", page->pfn);
	if (page->flags[0])
		jsonw_set_string(object, "flags", page->flags);
	if (page->has_refcount)
		jsonw_set_int(object, "refcount", page->refcount);
	if (page->has_mapcount)
		jsonw_set_int(object, "mapcount", page->mapcount);
	if (page->reason[0])
		jsonw_set_string(object, "reason", page->reason);
	return object;
}

void kmsg_finding_describe(const struct kmsg_finding *f, struct jsonw *object)
{
	struct jsonw *frames = jsonw_array();
	const char *frame = f->frames;
	char same[17];

	jsonw_set_string(object, "kind", kmsg_kind_name(f->kind));
	if (f->has_time)
		jsonw_set_uint(object, "time_ns", f->time_ns);
	if (f->when[0])
		jsonw_set_string(object, "when", f->when);
	if (f->has_cpu)
		jsonw_set_uint(object, "cpu", f->cpu);
	if (f->has_seconds)
		jsonw_set_uint(object, "seconds", f->seconds);
	if (f->comm[0])
		jsonw_set_string(object, "comm", f->comm);
	if (f->has_pid)
		jsonw_set_int(object, "pid", f->pid);
	for (size_t i = 0; i < f->n_frames; i++, frame += strlen(frame) + 1)
		jsonw_append(frames, jsonw_string(frame));
	jsonw_set(object, "frames", frames);
	jsonw_set_bool(object, "in_migration", f->in_migration);
	if (f->page.is_there)
		jsonw_set(object, "page", describe_page(&f->page));
	jsonw_set(object, "text", jsonw_string_of(f->text, f->text_length));
	/* A number of 64 bits is more than every reader of JSON can take. */
	(void)snprintf(same, sizeof(same), "%016llx", (unsigned long long)f->same);
	jsonw_set_string(object, "same", same);
}
