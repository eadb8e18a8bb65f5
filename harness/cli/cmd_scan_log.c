// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/options.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "observe/log_fold.h"
#include "observe/log_reader.h"

#define FRAMES_SHOWN 6

struct options {
	bool json;
};

static const struct option_spec specs[] = {
	{"json", 'j', OPTION_FLAG, offsetof(struct options, json), 0, 0, NULL, "print JSON and nothing else"},
};

static const struct option_command command = {
	.program = "memsoak scan-log",
	.usage = "FILE [options]",
	.summary = "Finds lockups, stalls, hung tasks, oopses, dumped pages and other trouble in a kernel log: dmesg\n"
		   "of any form, journalctl (short forms and -o export), syslog, a serial console; - reads standard\n"
		   "input. Repeats are folded into one. Ends 0 whatever it finds.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static void print_json(const struct log_fold *fold, const struct log_figures *figures)
{
	struct jsonw_stream s = {.out = stdout};
	struct jsonw *schema = jsonw_object(), *log = jsonw_object();

	jsonw_set_string(schema, "name", "memsoak-scan-log");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set_uint(log, "bytes", figures->bytes);
	jsonw_set_uint(log, "lines", figures->lines);
	jsonw_set_uint(log, "unlisted", log_fold_unlisted(fold));
	jsonw_stream_begin(&s, NULL, '{');
	jsonw_stream_value(&s, "schema", schema);
	jsonw_stream_value(&s, "log", log);
	jsonw_stream_begin(&s, "lockups", '[');
	for (size_t i = 0; i < log_fold_count(fold); i++) {
		const struct kmsg_finding *f = log_fold_at(fold, i);
		struct jsonw *o = jsonw_object();

		kmsg_finding_describe(f, o);
		jsonw_set_uint(o, "count", f->count);
		if (f->count > 1 && log_fold_last_ns(fold, i))
			jsonw_set_uint(o, "last_ns", log_fold_last_ns(fold, i));
		jsonw_stream_value(&s, NULL, o);
	}
	jsonw_stream_end(&s, ']');
	jsonw_stream_end(&s, '}');
}

/* A log may hold anything: nothing of it may speak to the terminal. */
static void print_text(const char *text, size_t length)
{
	cleanup_free char *safe = utf8_scrub(text, length, NULL);

	(void)fputs(safe, stdout);
}

static void print_page(const struct kmsg_page *page)
{
	if (!page->is_there)
		return;
	(void)fputs("    page:", stdout);
	if (page->has_pfn)
		(void)printf(" pfn %" PRIx64, page->pfn);
	if (page->has_refcount)
		(void)printf(" refcount %" PRId64, page->refcount);
	if (page->has_mapcount)
		(void)printf(" mapcount %" PRId64, page->mapcount);
	if (page->flags[0]) {
		(void)fputs(" flags ", stdout);
		print_text(page->flags, strlen(page->flags));
	}
	if (page->reason[0]) {
		(void)fputs(" dumped because: ", stdout);
		print_text(page->reason, strlen(page->reason));
	}
	(void)putchar('\n');
}

static void print_finding(const struct kmsg_finding *f)
{
	const char *frame = f->frames;

	if (f->has_time)
		(void)printf("[%5" PRIu64 ".%06" PRIu64 "] ", f->time_ns / 1000000000,
			     f->time_ns / 1000 % 1000000);
	else if (f->when[0])
		print_text(f->when, strlen(f->when));
	(void)printf("%s%s", f->has_time || !f->when[0] ? "" : " ", kmsg_kind_name(f->kind));
	if (f->has_cpu)
		(void)printf(", CPU %" PRIu32, f->cpu);
	if (f->has_seconds)
		(void)printf(", %" PRIu64 " s", f->seconds);
	if (f->comm[0]) {
		(void)fputs(", ", stdout);
		print_text(f->comm, strlen(f->comm));
	}
	if (f->has_pid)
		(void)printf(" (%" PRId32 ")", f->pid);
	if (f->in_migration)
		(void)fputs(", in migration", stdout);
	if (f->count > 1)
		(void)printf(", %" PRIu64 " times", f->count);
	(void)fputs("\n    ", stdout);
	print_text(f->text, f->title_length < f->text_length ? f->title_length : f->text_length);
	(void)putchar('\n');
	print_page(&f->page);
	for (size_t i = 0; i < f->n_frames && i < FRAMES_SHOWN; i++, frame += strlen(frame) + 1)
		(void)printf("%s%s", i ? " < " : "    at ", frame);
	if (f->n_frames)
		(void)puts(f->n_frames > FRAMES_SHOWN ? " < ..." : "");
}

static void print_findings(const struct log_fold *fold, const struct log_figures *figures)
{
	for (size_t i = 0; i < log_fold_count(fold); i++)
		print_finding(log_fold_at(fold, i));
	(void)printf("%zu findings in %" PRIu64 " lines\n", log_fold_count(fold), figures->lines);
	if (log_fold_unlisted(fold))
		(void)printf("%" PRIu64 " further ones are not listed\n", log_fold_unlisted(fold));
}

static int scan(const char *path, const struct options *o, struct err *e)
{
	bool is_input = strcmp(path, "-") == 0;
	cleanup_close int fd = is_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct kmsg_classifier *classifier;
	struct log_reader *reader;
	struct log_fold *fold;
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "cannot read '%s'", path);
	fold = log_fold_new();
	classifier = kmsg_classifier_new(log_fold_add, fold, 0);
	reader = log_reader_new(classifier);
	r = log_reader_read(reader, fd, e);
	log_fold_sort(fold);
	if (r < 0)
		(void)err_wrap(e, "%s", path);
	else if (o->json)
		print_json(fold, log_reader_figures(reader));
	else
		print_findings(fold, log_reader_figures(reader));
	log_reader_free(reader);
	kmsg_classifier_free(classifier);
	log_fold_free(fold);
	return r;
}

int cmd_scan_log(int argc, char *const argv[])
{
	struct options o = {0};
	struct option_list words = {0};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, &o, &words, &e);

	if (r == 0 && words.n_items != 1)
		r = options_refuse(&command, &e, "name one file, or - for standard input");
	if (r == 0)
		r = scan(words.items[0], &o, &e);
	if (r < 0) {
		log_error("%s", e.text);
		code = EXIT_USAGE;
	} else if (r == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
		log_error("the findings could not be written to standard output");
		code = EXIT_CANNOT_JUDGE;
	}
	option_list_done(&words);
	return code;
}
