// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a run's events.jsonl: every record that is read, looked through to its last value. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/journal.h"
#include "tests/fuzz/fuzz.h"

static void look_through(struct journal_value v, unsigned int depth)
{
	char text[64];
	uint64_t number;
	int64_t signed_number;
	bool is_true;

	memset(text, 'x', sizeof(text));
	if (journal_string(v, NULL, text, sizeof(text)) && !memchr(text, '\0', sizeof(text)))
		abort();
	free(journal_string_alloc(v, NULL));
	(void)journal_uint(v, NULL, &number);
	(void)journal_int(v, NULL, &signed_number);
	(void)journal_bool(v, NULL, &is_true);
	for (struct journal_iterator i = journal_each(v); journal_more(&i) && depth < 80;
	     journal_step(&i))
		look_through(i.value, depth + 1);
}

static void read_all(const char *path)
{
	struct journal *j = NULL;
	struct journal_event event;
	uint64_t n = 0;

	if (journal_open(path, &j, NULL) < 0)
		abort();
	while (journal_next(j, &event, NULL) > 0) {
		look_through(event.object, 0);
		n++;
	}
	if (journal_figures(j)->events != n)
		abort();
	journal_close(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_unfinished u;
	char path[64];
	int fd = memfd_create("journal", MFD_CLOEXEC);

	if (fd < 0 || (size && write(fd, data, size) != (ssize_t)size))
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_all(path);
	if (journal_unfinished(path, &u, NULL) == 0)
		journal_unfinished_done(&u);
	(void)close(fd);
	return 0;
}
