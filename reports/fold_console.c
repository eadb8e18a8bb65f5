// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the console of a lab guest still told (guest-end.json). The run's own reader of the
 * kernel's log is the better witness: it knows who wrote a line, and a console does not show that. So
 * it stands for all the time that it lived through, and the console for what came after, and for what
 * the reader has lost.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"

/*
 * A finding is in the journal at the latest a second after its header (kmsg_classify_tick()), and a
 * sample about once a second. The kernel's log has a clock of its own, which lags by less than this.
 */
#define HEARD_NS (2 * NS_PER_S)
#define CLOCKS_APART_NS (250 * NS_PER_MS)

static bool has_lost(const struct fold *f)
{
	return f->kmsg_lost_told > 0 || (f->kmsg_lost.is_known && f->kmsg_lost.value > 0);
}

/* Up to here the run has told all that there was to tell. */
static uint64_t heard_until_ns(const struct fold *f)
{
	if (has_lost(f))
		return 0;
	if (f->ended[0])
		return f->kmsg_records.is_known ? UINT64_MAX : 0;
	return f->last_t_ns > HEARD_NS ? f->last_t_ns - HEARD_NS : 0;
}

static void read_number(const struct jsonw *object, const char *key, struct known *into)
{
	if (jsonw_type_of(jsonw_get(object, key)) == JSONW_INTEGER && jsonw_get_int(object, key) >= 0)
		*into = (struct known){true, jsonw_get_uint(object, key)};
}

static void read_string(const struct jsonw *object, const char *key, char *buffer, size_t size)
{
	const char *text = jsonw_get_string(object, key);

	(void)snprintf(buffer, size, "%s", text ? text : "");
}

static struct jsonw *copy_frames(const struct jsonw *list)
{
	struct jsonw *frames = jsonw_array();

	for (size_t i = 0; i < jsonw_length(list) && i < FOLD_MAX_FRAMES; i++)
		if (jsonw_as_string(jsonw_at(list, i)))
			jsonw_append(frames, jsonw_string(jsonw_as_string(jsonw_at(list, i))));
	return frames;
}

static struct jsonw *copy_page(const struct jsonw *from)
{
	static const char *const texts[] = {"flags", "reason"};
	static const char *const numbers[] = {"pfn", "refcount", "mapcount"};
	struct jsonw *page;

	if (jsonw_type_of(from) != JSONW_OBJECT)
		return NULL;
	page = jsonw_object();
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (jsonw_type_of(jsonw_get(from, numbers[i])) == JSONW_INTEGER)
			jsonw_set_int(page, numbers[i], jsonw_get_int(from, numbers[i]));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (jsonw_get_string(from, texts[i]))
			jsonw_set_string(page, texts[i], jsonw_get_string(from, texts[i]));
	return page;
}

/* A record of "memsoak scan-log", but for its frames, page and text. */
static void read_finding(const struct jsonw *object, struct fold_finding *ret, uint64_t *ret_last_ns)
{
	const char *kind = jsonw_get_string(object, "kind");
	struct known count = {0}, last = {0};

	*ret = (struct fold_finding){.kind = fold_finding_kind(kind ? kind : "")};
	read_string(object, "comm", ret->comm, sizeof(ret->comm));
	read_string(object, "same", ret->same, sizeof(ret->same));
	read_number(object, "time_ns", &ret->time_ns);
	read_number(object, "cpu", &ret->cpu);
	read_number(object, "seconds", &ret->seconds);
	read_number(object, "count", &count);
	read_number(object, "last_ns", &last);
	ret->has_pid = jsonw_type_of(jsonw_get(object, "pid")) == JSONW_INTEGER;
	ret->pid = jsonw_get_int(object, "pid");
	if (jsonw_has(object, "in_migration"))
		ret->in_migration = (struct known){true, jsonw_get_bool(object, "in_migration")};
	ret->count = count.value ? count.value : 1;
	*ret_last_ns = last.is_known ? last.value : ret->time_ns.value;
}

static void take(struct fold *f, const struct jsonw *object)
{
	uint64_t last_ns, start_ns = f->first_t_ns;
	struct fold_finding new, *own;
	char text[FOLD_FINDING_SIZE];

	read_finding(object, &new, &last_ns);
	/* Without a stamp nobody knows when it was: then only what the run told is left out. */
	if (new.time_ns.is_known &&
	    (last_ns <= heard_until_ns(f) || last_ns + CLOCKS_APART_NS < start_ns))
		return;
	own = fold_same_finding(f, &new);
	if (own && new.count <= own->count)
		return;
	new.from_console = own ? new.count - own->count : new.count;
	tally_add(&f->findings_by_kind, new.kind, 0, new.from_console);
	if (own) {
		fold_repeat_finding(own, &new, new.from_console);
		own->from_console += new.from_console;
		return;
	}
	read_string(object, "text", text, sizeof(text));
	new.text = memory_string(text);
	new.frames = copy_frames(jsonw_get(object, "frames"));
	new.page = copy_page(jsonw_get(object, "page"));
	fold_keep_finding(f, &new);
}

void fold_take_console(struct fold *f)
{
	const struct jsonw *list = f->guest_end.findings;

	for (size_t i = 0; i < jsonw_length(list); i++)
		take(f, jsonw_at(list, i));
	f->findings_unlisted += f->guest_end.findings_unlisted;
}
