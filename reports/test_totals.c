// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A journal that goes on in another file folds into what it would have without: every sample, cut
 * behind each of its records, once and twice.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "record/journal.h"
#include "reports/report.h"
#include "reports/test_reports.h"
#include "reports/totals.h"

#define SAMPLES "reports/samples"

struct sample {
	char *text; /* owned */
	const char **lines;
	size_t *lengths;
	size_t n;
};

static void read_sample(const char *path, struct sample *s)
{
	size_t length;

	assert_int_equal(file_read_all(path, &s->text, &length, NULL), 0);
	s->n = 0;
	s->lines = memory_alloc(length + 1, sizeof(*s->lines));
	s->lengths = memory_alloc(length + 1, sizeof(*s->lengths));
	for (const char *at = s->text; at < s->text + length;) {
		const char *newline = memchr(at, '\n', (size_t)(s->text + length - at));
		const char *end = newline ? newline + 1 : s->text + length;

		s->lines[s->n] = at;
		s->lengths[s->n++] = (size_t)(end - at);
		at = end;
	}
}

static void sample_done(struct sample *s)
{
	free(s->text);
	free(s->lines);
	free(s->lengths);
}

/* The files of a run folder while they are written; each new one has numbers that are @shift greater. */
struct writer {
	char *folder, *journal, *before; /* owned */
	FILE *out;
	uint64_t shift;
	struct totals *totals;
	FILE *head;
	uint64_t seq;
	char boot[JOURNAL_BOOT_SIZE];
};

static void write_line(struct writer *w, const char *line, size_t length)
{
	uint64_t seq;
	int used = 0;

	if (length > 7 && memcmp(line, "{\"seq\":", 7) == 0 && w->shift > 0 &&
	    sscanf(line, "{\"seq\":%" SCNu64 "%n", &seq, &used) == 1)
		(void)fprintf(w->out, "{\"seq\":%" PRIu64, seq + w->shift);
	(void)fwrite(line + used, 1, length - (size_t)used, w->out);
	(void)fflush(w->out);
	if (line[length - 1] == '\n')
		assert_int_equal(totals_take(w->totals, (uint64_t)ftell(w->out), NULL), 0);
}

static void put_head(void *context, struct jsonw *record)
{
	struct writer *w = context;
	size_t length;
	const char *text = jsonw_text(record, &length);

	(void)fprintf(w->head, "{\"seq\":%" PRIu64 ",\"boot\":\"%s\",\"t\":1,%.*s\n", w->seq++, w->boot,
		      (int)length - 1, text + 1);
	jsonw_free(record);
}

/* Where the file stands, as its next reader will see it. */
static void look_at_end(struct writer *w)
{
	struct journal_event event;
	struct journal *j = NULL;

	assert_int_equal(journal_open(w->journal, &j, NULL), 0);
	while (journal_next(j, &event, NULL) > 0)
		;
	w->seq = journal_figures(j)->next_seq;
	(void)snprintf(w->boot, sizeof(w->boot), "%s", journal_figures(j)->boot);
	journal_close(j);
}

static void go_on_in_new_file(struct writer *w)
{
	uint64_t first;

	look_at_end(w);
	first = w->seq;
	(void)fclose(w->out);
	assert_int_equal(rename(w->journal, w->before), 0);
	w->head = w->out = fopen(w->journal, "we");
	assert_non_null(w->out);
	totals_put(w->totals, put_head, w);
	w->shift += w->seq - first;
	(void)fflush(w->out);
	totals_begin_file(w->totals);
}

static char *fold_text(const char *folder)
{
	struct report *report = NULL;
	struct err e = {0};
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (report_fold_run(folder, &report, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(report_write_stream(report, out), 0);
	(void)fclose(out);
	report_free(report);
	return text;
}

/* What only a journal of several files has: checked, and taken out. */
static void take_out_files(char *text, uint64_t files, uint64_t dropped)
{
	cleanup_free char *wanted = memory_format(",\"files\":%" PRIu64 ",\"dropped\":%" PRIu64,
						  files, dropped);
	char *at = strstr(text, wanted);

	if (!at) {
		fail_msg("no %s in %s", wanted, strstr(text, "\"journal\""));
		return;
	}
	memmove(at, at + strlen(wanted), strlen(at + strlen(wanted)) + 1);
}

static void copy_file(const char *from, const char *to)
{
	char *text = NULL;
	size_t length;

	if (file_read_all(from, &text, &length, NULL) == 0)
		assert_int_equal(file_write_atomic(to, text, length, NULL), 0);
	free(text);
}

static void begin(struct writer *w, const char *sample)
{
	static const char *const copied[] = {"run.json", "guest-end.json"};

	*w = (struct writer){.folder = memory_string("/tmp/memsoak-test-XXXXXX")};
	assert_non_null(mkdtemp(w->folder));
	w->journal = memory_format("%s/events.jsonl", w->folder);
	w->before = memory_format("%s/events.jsonl.1", w->folder);
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++) {
		cleanup_free char *from = memory_format("%s/%s", sample, copied[i]);
		cleanup_free char *to = memory_format("%s/%s", w->folder, copied[i]);

		copy_file(from, to);
	}
	w->out = fopen(w->journal, "we");
	assert_non_null(w->out);
	w->totals = totals_new(w->journal);
}

static void done(struct writer *w)
{
	static const char *const names[] = {"run.json", "guest-end.json", "events.jsonl", "events.jsonl.1"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *path = memory_format("%s/%s", w->folder, names[i]);

		(void)unlink(path);
	}
	assert_int_equal(rmdir(w->folder), 0);
	totals_free(w->totals);
	free(w->folder);
	free(w->journal);
	free(w->before);
}

/* A recorder never goes on behind a line that is none. */
static bool is_record(const struct sample *s, size_t line)
{
	cleanup_free char *text = memory_format("%.*s", (int)s->lengths[line], s->lines[line]);
	struct jsonw *value = NULL;
	bool is = jsonw_parse(text, strlen(text), &value, NULL) == 0 &&
		  jsonw_get_string(value, "ev") && jsonw_has(value, "seq");

	jsonw_free(value);
	return is;
}

static uint64_t records_until(const struct sample *s, size_t line)
{
	uint64_t n = 0;

	for (size_t i = 0; i < line; i++)
		n += is_record(s, i);
	return n;
}

/* Cut behind line @first, and behind line @second unless that is 0. */
static void check_cut(const char *folder, const struct sample *s, const char *whole, size_t first,
		      size_t second)
{
	cleanup_free char *text = NULL;
	struct writer w;

	begin(&w, folder);
	for (size_t i = 0; i < s->n; i++) {
		write_line(&w, s->lines[i], s->lengths[i]);
		if (i + 1 == first || i + 1 == second)
			go_on_in_new_file(&w);
	}
	(void)fclose(w.out);
	text = fold_text(w.folder);
	take_out_files(text, second ? 3 : 2, second ? records_until(s, first) : 0);
	for (size_t i = 0; text[i] || whole[i]; i++)
		if (text[i] != whole[i])
			fail_msg("%s, cut behind line %zu and %zu: %.200s\nand not: %.200s", folder,
				 first, second, text + (i < 100 ? 0 : i - 100),
				 whole + (i < 100 ? 0 : i - 100));
	done(&w);
}

/* Returns how often it was cut. */
static size_t check_sample(const char *folder)
{
	cleanup_free char *journal = memory_format("%s/events.jsonl", folder);
	cleanup_free char *whole = NULL;
	struct sample s;
	size_t cuts = 0;

	if (access(journal, F_OK) < 0)
		return 0;
	whole = fold_text(folder);
	read_sample(journal, &s);
	for (size_t first = 1; first < s.n; first++) {
		if (!is_record(&s, first - 1) || s.lines[first - 1][s.lengths[first - 1] - 1] != '\n')
			continue;
		cuts++;
		check_cut(folder, &s, whole, first, 0);
		if (first + 3 < s.n && is_record(&s, first + 2))
			check_cut(folder, &s, whole, first, first + 3);
	}
	sample_done(&s);
	return cuts;
}

static void test_samples(void **state)
{
	DIR *dir = opendir(SAMPLES);
	struct dirent *entry;
	size_t cuts = 0;

	(void)state;
	if (!dir) {
		skip();
		return;
	}
	while ((entry = readdir(dir))) {
		cleanup_free char *folder = memory_format(SAMPLES "/%s", entry->d_name);

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		cuts += check_sample(folder);
	}
	(void)closedir(dir);
	assert_true(cuts > 400);
}

/* What no sample has: each part of the fold that only some runs come to. */
static void write_rare(const char *folder)
{
	static const char *const rare[] = {
		"\"ev\":\"start\",\"pid\":1,\"source\":\"hist\",\"symbol\":\"move_to_new_page\",\"why\":\"no perf\"",
		"\"ev\":\"causes\",\"how\":\"by looking\",\"why\":\"and not\"",
		"\"ev\":\"phase\",\"name\":\"p\",\"rung\":1,\"faulters\":2,\"workers\":[{\"name\":\"w\",\"workload\":\"refault\",\"kind\":\"ksm\",\"driven_by\":\"offline\",\"processes\":1,\"threads\":2,\"pages\":8}]",
		"\"ev\":\"unavailable\",\"driver\":\"compaction\",\"why\":\"none\"",
		"\"ev\":\"unavailable\",\"driver\":\"veto\",\"why\":\"no notifier\"",
		"\"ev\":\"unavailable\",\"driver\":\"pressure\",\"why\":\"no swap\"",
		"\"ev\":\"unavailable\",\"driver\":\"hold-direct\",\"why\":\"no fuse\"",
		"\"ev\":\"stress_ng_start\",\"version\":\"0.15.06\",\"options\":\"vm-bytes 1M\",\"memory_bytes\":9,\"confined\":true,\"stressors\":[{\"name\":\"vm\",\"instances\":2},{\"name\":\"cpu\",\"instances\":1}]",
		"\"ev\":\"called\",\"driver\":\"migrate_pages\",\"calls\":7,\"errors\":{\"EPERM\":2},\"numbers\":{\"left\":3},\"latency\":{\"count\":2,\"sum_ns\":300,\"max_ns\":200,\"buckets\":[[100,1],[200,1]]}",
		"\"ev\":\"intent\",\"operation\":\"offline\",\"block\":40,\"node\":1,\"zone\":\"Movable\"",
		"\"ev\":\"offline\",\"block\":40,\"node\":1,\"error\":\"EBUSY\",\"errno\":16,\"veto\":\"EBUSY\",\"attempts\":4,\"wall_ns\":77,\"ended_by\":\"kernel\",\"state_after\":\"online\"",
		"\"ev\":\"offline\",\"block\":41,\"node\":1,\"error\":\"EINTR\",\"errno\":4,\"wall_ns\":88,\"ended_by\":\"kernel\",\"stray_signal\":true,\"signals\":1,\"time_to_return_ns\":12,\"state_after\":\"online\",\"aim\":{\"pages_wanted\":4,\"pages_in_block\":3,\"pages_moved\":5}",
		"\"ev\":\"refused\",\"block\":42,\"why\":\"too little memory is free\"",
		"\"ev\":\"aimed\",\"pages_moved\":9",
		"\"ev\":\"move\",\"calls\":3,\"single_calls\":1,\"batch_calls\":2,\"pages\":9,\"moved\":6,\"not_moved\":3,\"already_there\":1,\"call_errors\":1,\"by_status\":{\"EAGAIN\":3},\"private_anonymous\":{\"pages\":7,\"not_moved\":1},\"latency\":{\"count\":1,\"sum_ns\":5,\"max_ns\":5,\"buckets\":[[5,1]]}",
		"\"ev\":\"holders\",\"block\":41,\"list\":[{\"pid\":9,\"comm\":\"a\\\"b\",\"mapping\":\"[heap]\",\"pages\":2,\"pinned_bytes\":0}],\"processes\":5,\"cut\":true",
		"\"ev\":\"poison_start\",\"budget\":9,\"page_size\":4096,\"no_fault_injection\":\"not built in\",\"corrupted_bytes\":0,\"memory_failures\":1",
		"\"ev\":\"soft_offline_intent\",\"number\":0,\"case\":\"plain\",\"way\":\"madvise\",\"expected\":\"poisoned\",\"frame\":77,\"pid\":3,\"kind\":\"ksm\",\"was_poisoned\":false,\"was_huge\":true",
		"\"ev\":\"soft_offline\",\"number\":0,\"frame\":77,\"error\":\"OK\",\"errno\":0,\"wall_ns\":5,\"corrupted_before_bytes\":0,\"corrupted_after_bytes\":8192,\"is_poisoned\":true,\"new_frame\":78,\"is_intact\":false",
		"\"ev\":\"soft_offline_intent\",\"number\":1,\"case\":\"held\",\"way\":\"sysfs\",\"expected\":\"EBUSY\",\"frame\":99,\"was_poisoned\":false,\"was_huge\":false",
		"\"ev\":\"prepared\",\"what\":\"mount\",\"name\":\"/sys/kernel/debug\"",
		"\"ev\":\"setting\",\"path\":\"proc/sys/kernel/watchdog_thresh\",\"old\":\"10\",\"new\":\"7\"",
		"\"ev\":\"finding\",\"kind\":\"bad_page\",\"time_ns\":5,\"cpu\":1,\"seconds\":2,\"comm\":\"x\",\"pid\":0,\"same\":\"abc\",\"frames\":[\"a\",\"b\"],\"in_migration\":true,\"page\":{\"pfn\":4,\"refcount\":-1,\"flags\":\"f\"},\"text\":\"caf\\u00e9\\n\"",
		"\"ev\":\"stuck\",\"who\":\"worker\",\"group\":\"w\",\"pid\":1,\"tid\":1,\"state\":\"D\",\"since_ns\":1,\"number\":0,\"no_frames\":\"EPERM\",\"is_last\":true",
		"\"ev\":\"clock\",\"suspended_ns\":60000000000",
		"\"ev\":\"clock\",\"stepped_ns\":-3600000000000",
		"\"ev\":\"topology_change\",\"blocks_went\":[40,41],\"nodes_went\":[2],\"planned_blocks_went\":1",
		"\"ev\":\"online\",\"block\":41,\"restored\":false,\"gone\":true",
		"\"ev\":\"settled\",\"window_ns\":600,\"figures\":[{\"name\":\"offline_success\",\"count\":3,\"trials\":4,\"half_width_ppm\":7}]",
		"\"ev\":\"topology_change\",\"blocks_came\":[40]",
		"\"ev\":\"kmsg_lost\",\"records\":4",
		"\"ev\":\"kmsg_dropped\",\"records\":40",
		"\"ev\":\"later\"",
		"\"ev\":\"sample\",\"migration\":{\"attempts\":5,\"eagain\":1,\"waits\":2,\"failed_pages\":1,\"by_driver\":{\"compaction\":{\"attempts\":2,\"eagain\":1},\"move_pages\":{\"allocations\":8,\"allocations_locked\":7}},\"allocations\":9,\"allocations_locked\":8,\"probe_misses\":0,\"by_cause\":{\"waiter\":2,\"page_cache\":1,\"batch\":3,\"other_holder\":4,\"lock\":5,\"unknown\":6},\"unmap_eagain\":7,\"cause_misses\":8},\"rss_bytes\":9",
		"\"ev\":\"fault\",\"what\":\"a thing\"",
		"\"ev\":\"stress_ng_end\",\"ended\":\"asked\",\"status\":0,\"ran_ns\":5,\"stressors\":[{\"name\":\"vm\",\"bogo_ops\":7,\"wall_ns\":5},{\"name\":\"cpu\",\"not_believed\":\"it was cut\"}]",
		"\"ev\":\"worker_exit\",\"pid\":4,\"group\":\"w\",\"signal\":9",
		"\"ev\":\"not_ended\",\"group\":\"w\",\"processes\":1",
		"\"ev\":\"witnesses\",\"list\":[{\"name\":\"n\",\"before\":1,\"after\":2,\"findings\":0,\"disagreement\":\"d\"}]",
		"\"ev\":\"phase_end\",\"name\":\"p\",\"rung\":1,\"duration_ns\":5,\"workers\":[{\"name\":\"w\",\"touches\":7,\"moved\":1,\"mismatches\":1,\"latency\":{\"count\":1,\"sum_ns\":2,\"max_ns\":2,\"buckets\":[[2,1]]}}],\"migration\":{\"attempts\":60}",
		"\"ev\":\"poison_end\",\"frames_left\":1,\"corrupted_bytes\":4096",
	};
	cleanup_free char *journal = memory_format("%s/events.jsonl", folder);
	cleanup_free char *run = memory_format("%s/run.json", folder);
	cleanup_file FILE *out = fopen(journal, "we");

	copy_file(SAMPLES "/ladder/run.json", run);
	assert_non_null(out);
	for (size_t i = 0; i < ARRAY_SIZE(rare); i++)
		(void)fprintf(out, "{\"seq\":%zu,\"boot\":\"b1\",\"t\":%zu,%s}\n", i, 1000 + i, rare[i]);
}

static void test_rare(void **state)
{
	cleanup_free char *folder = memory_string("/tmp/memsoak-test-XXXXXX");
	cleanup_free char *journal = NULL, *run = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_rare(folder);
	assert_true(check_sample(folder) > 25);
	journal = memory_format("%s/events.jsonl", folder);
	run = memory_format("%s/run.json", folder);
	assert_int_equal(unlink(journal) + unlink(run) + rmdir(folder), 0);
}

int test_totals(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_rare),
	};

	return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
