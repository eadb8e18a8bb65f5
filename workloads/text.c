// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of a program that many processes run: each page has a small function, and each thread
 * calls one after the other, without a system call in between. That is how the hang was first
 * reported: 200 processes of one program, whose text could not be moved any more, because there was
 * always one of them waiting for it.
 *
 * The program is the group's file. Each process maps it once more, as execve() would: private and
 * executable. A call that does not return its page's number is a mismatch. A function takes the
 * last bytes of its page, behind every word that refault writes.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/worker.h"

#define CALLS_BETWEEN_CHECKS 64
#define CODE_MAX 16
#define CODE_ROOM 64 /* at the end of a page */

struct text {
	unsigned char *base; /* this process' executable mapping, one for each thread */
	uint64_t next;
	uint64_t calls, slow_calls, mismatches, slow_ticks;
};

static uint32_t answer_of(uint64_t page)
{
	return (uint32_t)page ^ 0x54455854; /* "TEXT" */
}

/* "return answer": how many bytes it takes; 0: this architecture's is not known here. */
static size_t write_function(unsigned char code[CODE_MAX], uint32_t answer)
{
#if defined(__x86_64__)
	code[0] = 0xb8; /* mov $answer, %eax */
	memcpy(code + 1, &answer, sizeof(answer));
	code[5] = 0xc3; /* ret */
	return 6;
#elif defined(__aarch64__)
	uint32_t words[] = {0x52800000 | (answer & 0xffff) << 5, /* movz w0, #low */
			    0x72a00000 | answer >> 16 << 5,	 /* movk w0, #high, lsl 16 */
			    0xd65f03c0};			 /* ret */

	memcpy(code, words, sizeof(words));
	return sizeof(words);
#else
	(void)code;
	(void)answer;
	return 0;
#endif
}

static unsigned char *function_at(unsigned char *base, const struct pages *pages, uint64_t page)
{
	return base + (page + 1) * pages->size - CODE_ROOM;
}

/* What another process has written already is left alone: it may be running. */
static int write_text(const struct pages *pages, struct err *e)
{
	for (uint64_t i = 0; i < pages->count; i++) {
		unsigned char *at = function_at(pages->base, pages, i), code[CODE_MAX];
		size_t length = write_function(code, answer_of(i));

		if (length == 0)
			return err_set(e, -ENOSYS,
				       "'text' knows no instructions of this architecture");
		if (memcmp(at, code, length) == 0)
			continue;
		memcpy(at, code, length);
		__builtin___clear_cache((char *)at, (char *)at + length);
	}
	return 0;
}

static int text_prepare(struct worker_thread *thread, struct err *e)
{
	const struct worker *w = thread->worker;
	struct text *t;
	void *base;
	int r = write_text(&w->pages, e);

	if (r < 0)
		return r;
	base = mmap(NULL, w->pages.count * w->pages.size, PROT_READ | PROT_EXEC, MAP_PRIVATE,
		    w->pages.file_fd, 0);
	if (base == MAP_FAILED)
		return err_errno(e, -errno,
				 "cannot map %llu pages of the group's file as a program (is its "
				 "file system mounted noexec?)",
				 (unsigned long long)w->pages.count);
	t = memory_alloc(1, sizeof(*t));
	t->base = base;
	t->next = (w->first_writer + thread->index) % w->pages.count;
	t->slow_ticks = ticks_from_ns(&w->ticks, WORKER_SLOW_TOUCH_NS);
	thread->own = t;
	return 0;
}

static uint32_t call(unsigned char *code)
{
	uint32_t (*function)(void);

	memcpy(&function, &code, sizeof(function));
	return function();
}

static void call_some(struct worker_thread *thread, struct text *t)
{
	const struct worker *w = thread->worker;
	uint64_t last = ticks_now();

	for (int i = 0; i < CALLS_BETWEEN_CHECKS; i++) {
		uint64_t stamp;

		t->mismatches +=
			call(function_at(t->base, &w->pages, t->next)) != answer_of(t->next);
		t->next = t->next + 1 == w->pages.count ? 0 : t->next + 1;
		t->calls++;
		stamp = ticks_now();
		t->slow_calls += worker_take_slow_touch(w, t->slow_ticks, stamp - last);
		last = stamp;
	}
}

static void text_run(struct worker_thread *thread)
{
	const struct pages *pages = &thread->worker->pages;
	struct text *t = thread->own;

	while (worker_thread_goes_on(thread)) {
		call_some(thread, t);
		worker_count(&thread->slot->touches, t->calls);
		worker_count(&thread->slot->operations, t->calls);
		worker_count(&thread->slot->slow_touches, t->slow_calls);
		worker_count(&thread->slot->mismatches, t->mismatches);
	}
	(void)munmap(t->base, pages->count * pages->size);
	free(t);
}

const struct workload workload_text = {
	.name = "text",
	.summary = "call the functions of a program that all processes of the group run, one in "
		   "each page",
	.kinds = PAGES_BIT(PAGES_MAPPED_FILE) | PAGES_BIT(PAGES_SHARED_MEMFD),
	.prepare = text_prepare,
	.run = text_run,
};
