// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "observe/log_reader.h"
#include "service/host_journal.h"

#define MAX_RECORDS 20000
#define MAX_FILES 64
#define MAX_FILE_BYTES (8 << 20)
#define SLACK_S 5 /* a pstore backend's clock has whole seconds at best */

struct collector {
	const char *directory; /* RUN/crash */
	uint64_t known_ns;     /* what is older is known already */
	void (*found)(void *context, const struct kmsg_finding *finding);
	void *context;
};

static void on_finding(void *context, const struct kmsg_finding *finding)
{
	struct collector *c = context;

	if (finding->has_time && finding->time_ns <= c->known_ns)
		return;
	c->found(c->context, finding);
}

static int look_through(struct collector *c, const char *path, struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct kmsg_classifier *classifier;
	struct log_reader *reader;
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "cannot read '%s'", path);
	classifier = kmsg_classifier_new(on_finding, c, 0);
	reader = log_reader_new(classifier);
	r = log_reader_read(reader, fd, e);
	log_reader_free(reader);
	kmsg_classifier_free(classifier);
	return r;
}

static int collect_journal(struct collector *c, const char *boot_id, struct record_crash_evidence *ret,
			   struct err *e)
{
	cleanup_free char *path = memory_format("%s/kernel.log", c->directory);
	struct host_journal_figures figures;
	struct err why = {0};
	FILE *out = fopen(path, "we");
	int r;

	if (!out)
		return err_errno(e, -errno, "cannot write '%s'", path);
	/* What could be had before an error is kept. */
	(void)host_journal_kernel(boot_id, MAX_RECORDS, out, &figures, &why);
	if (fclose(out) != 0)
		return err_errno(e, -errno, "cannot write '%s'", path);
	if (figures.records == 0) {
		(void)snprintf(ret->why_no_log, sizeof(ret->why_no_log), "%.255s", why.text);
		(void)unlink(path);
		return 0;
	}
	ret->log_records = figures.records;
	r = look_through(c, path, e);
	/* The same lines are in pstore once more. */
	if (figures.last_time_ns > c->known_ns)
		c->known_ns = figures.last_time_ns;
	return r;
}

static int copy_file(const char *from, const char *to, struct err *e)
{
	cleanup_free char *bytes = memory_alloc(MAX_FILE_BYTES, 1);
	cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_close int out = -1;
	size_t length = 0;
	ssize_t n = 0;
	int r;

	if (in < 0)
		return err_errno(e, -errno, "cannot read '%s'", from);
	while (length < MAX_FILE_BYTES && (n = read(in, bytes + length, MAX_FILE_BYTES - length)) > 0)
		length += (size_t)n;
	if (n < 0)
		return err_errno(e, -errno, "cannot read '%s'", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	r = out < 0 ? -errno : file_write_fd(out, bytes, length);
	return r < 0 ? err_errno(e, r, "cannot write '%s'", to) : 0;
}

/* nftw() hands nothing on to its function. */
static struct {
	char *paths[MAX_FILES];
	size_t n;
	int64_t began;
} pstore;

static int note_pstore_file(const char *path, const struct stat *at, int kind, struct FTW *where)
{
	(void)where;
	if (kind == FTW_F && at->st_mtime + SLACK_S >= pstore.began && pstore.n < MAX_FILES)
		pstore.paths[pstore.n++] = memory_string(path);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* systemd-pstore puts the parts of a dump together: then that text, and not the parts too. */
static bool is_to_be_read(const char *name)
{
	bool has_whole = false;

	for (size_t i = 0; i < pstore.n; i++)
		if (strcmp(strrchr(pstore.paths[i], '/'), "/dmesg.txt") == 0)
			has_whole = true;
	return has_whole ? strcmp(name, "dmesg.txt") == 0 : strncmp(name, "dmesg", 5) == 0;
}

/* systemd-pstore has moved it to the first folder; without that it is still in the kernel's. */
static int collect_pstore(struct collector *c, int64_t began, struct record_crash_evidence *ret, struct err *e)
{
	static const char *const folders[] = {"/var/lib/systemd/pstore", "/sys/fs/pstore"};
	int r = 0;

	pstore.n = 0;
	pstore.began = began;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		(void)nftw(folders[i], note_pstore_file, 8, FTW_PHYS | FTW_MOUNT);
	qsort(pstore.paths, pstore.n, sizeof(pstore.paths[0]), by_text);
	for (size_t i = 0; r == 0 && i < pstore.n; i++) {
		const char *name = strrchr(pstore.paths[i], '/') + 1;
		cleanup_free char *to = memory_format("%s/pstore-%zu-%s", c->directory, i, name);

		r = copy_file(pstore.paths[i], to, e);
		if (r == 0 && is_to_be_read(name))
			r = look_through(c, to, e);
		ret->pstore_files++;
	}
	for (size_t i = 0; i < pstore.n; i++)
		free(pstore.paths[i]);
	if (r == 0 && ret->pstore_files == 0)
		(void)snprintf(ret->why_no_pstore, sizeof(ret->why_no_pstore),
			       "nothing since the run began in %s and %s", folders[0], folders[1]);
	return r;
}

int evidence_collect(const char *directory, const char *boot_id, int64_t began, uint64_t known_ns,
		     void (*found)(void *context, const struct kmsg_finding *finding), void *context,
		     struct record_crash_evidence *ret_evidence, struct err *e)
{
	cleanup_free char *crash = memory_format("%s/crash", directory);
	struct collector c = {
		.directory = crash,
		.known_ns = known_ns,
		.found = found,
		.context = context,
	};
	int r;

	*ret_evidence = (struct record_crash_evidence){0};
	r = file_make_directories(crash, e);
	if (r == 0)
		r = collect_journal(&c, boot_id, ret_evidence, e);
	if (r == 0)
		r = collect_pstore(&c, began, ret_evidence, e);
	return r;
}
