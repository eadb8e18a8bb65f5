// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which page it was, and who held it. mm/debug.c, __dump_page():
 *   4.18: "page:ffffea0000a40000 count:1 mapcount:0 mapping:... index:0x0", "flags: 0x...(lru)"
 *   5.x:  "page:... refcount:1 mapcount:0 mapping:... index:0x0 pfn:0x1234", "anon flags: ..."
 *   6.10: "page: refcount:1 ..."
 * and last "page dumped because: ...". mm/memory_hotplug.c, do_migrate_range(): "migrating pfn 1234
 * failed ret:1", "failed to isolate pfn 1234"; mm/memory-failure.c: "soft offline: 0x1234: ...".
 */
#include "observe/kmsg_page.h"

#include "observe/kmsg_headers.h"

static bool take_hex(struct kmsg_span *s, uint64_t *ret)
{
	const char *begin;
	uint64_t value = 0;

	(void)span_take(s, "0x");
	for (begin = s->at; s->at < s->end; s->at++) {
		char c = *s->at;
		unsigned int digit = is_digit(c)	      ? (unsigned int)(c - '0')
				     : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10
							      : 16;

		if (digit == 16)
			break;
		if (value >> 60)
			return false;
		value = value << 4 | digit;
	}
	*ret = value;
	return s->at > begin;
}

static bool take_pfn(struct kmsg_span *s, struct kmsg_page *page)
{
	uint64_t pfn;

	if (!take_hex(s, &pfn))
		return false;
	page->is_there = true;
	page->has_pfn = true;
	page->pfn = pfn;
	return true;
}

/* Counts are signed: a page's mapcount below 0 is a finding of its own. */
static bool take_count(struct kmsg_span s, const char *word, int64_t *ret)
{
	uint64_t value;
	bool is_negative;

	if (!span_skip_past(&s, word))
		return false;
	is_negative = span_take_char(&s, '-');
	if (!span_take_number(&s, INT32_MAX, &value))
		return false;
	*ret = is_negative ? -(int64_t)value : (int64_t)value;
	return true;
}

static void copy_text(char *to, size_t size, struct kmsg_span from)
{
	size_t length = span_length(from);

	if (length > size - 1)
		length = size - 1;
	memcpy(to, from.at, length);
	to[length] = '\0';
}

bool take_migrating(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_page page = {0};

	if (!take_pfn(&rest, &page) || !span_starts(rest, " failed"))
		return false;
	finding->page = page;
	return true;
}

bool take_isolate(struct kmsg_span rest, struct kmsg_finding *finding)
{
	return take_pfn(&rest, &finding->page);
}

bool take_soft_offline(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_page page = {0};

	if (!take_pfn(&rest, &page) || !span_take(&rest, ": ") ||
	    (!span_find(rest, "migration failed") && !span_find(rest, "isolation failed")))
		return false;
	finding->page = page;
	return true;
}

/* All lines of it name the page. */
bool take_memory_failure(struct kmsg_span rest, struct kmsg_finding *finding)
{
	return span_starts(rest, "0x") && take_pfn(&rest, &finding->page);
}

static bool read_counts(struct kmsg_span line, struct kmsg_page *page)
{
	struct kmsg_span pfn = line;

	page->has_refcount = take_count(line, " refcount:", &page->refcount) ||
			     take_count(line, " count:", &page->refcount);
	page->has_mapcount = take_count(line, " mapcount:", &page->mapcount);
	if (span_skip_past(&pfn, " pfn:"))
		(void)take_pfn(&pfn, page);
	return page->has_refcount || page->has_mapcount;
}

bool take_page(struct kmsg_span rest, struct kmsg_finding *finding)
{
	struct kmsg_page page = {0};

	if (!read_counts(rest, &page))
		return false;
	page.is_there = true;
	finding->page = page;
	return true;
}

void kmsg_page_line(struct kmsg_page *page, struct kmsg_span line)
{
	struct kmsg_span s = line;

	if (span_take(&s, "page dumped because: ")) {
		page->is_there = true;
		copy_text(page->reason, sizeof(page->reason), s);
	} else if (span_take(&s, "page:") || span_take(&s, "BUG: Bad page state in process ")) {
		(void)read_counts(s, page);
	} else if (!page->flags[0] && span_skip_past(&s, "flags: 0x") && span_skip_past(&s, "(")) {
		const char *close = span_find(s, ")");

		if (close)
			copy_text(page->flags, sizeof(page->flags), (struct kmsg_span){s.at, close});
	}
}

/* The reasons of mm/memory_hotplug.c, mm/page_alloc.c and mm/page_isolation.c. */
enum kmsg_kind kmsg_page_kind(const struct kmsg_page *page)
{
	if (strcmp(page->reason, "migration failure") == 0 ||
	    strcmp(page->reason, "isolation failed") == 0)
		return KMSG_MIGRATION_FAILURE;
	return strcmp(page->reason, "unmovable page") == 0 ? KMSG_UNMOVABLE_PAGE : NO_KIND;
}
