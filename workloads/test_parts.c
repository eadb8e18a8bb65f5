// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be tried without a process: the registry, the clock, the pages, zoneinfo. */
#include "workloads/test_rig.h"

#include <errno.h>
#include <numa.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "workloads/migrate.h"
#include "workloads/page_list.h"
#include "workloads/page_proof.h"
#include "workloads/pagemap.h"
#include "workloads/pages.h"
#include "workloads/registry.h"
#include "workloads/ticks.h"
#include "workloads/zone_room.h"

static void registry_is_sound(void **state)
{
	(void)state;
	assert_true(workload_count() >= 3);
	for (size_t i = 0; i < workload_count(); i++) {
		const struct workload *w = workload_at(i);

		assert_ptr_equal(workload_find(w->name), w);
		assert_true(strlen(w->summary) > 10);
		/* Either of threads, with kinds of pages, or a server. */
		assert_true((w->run != NULL) != (w->serve != NULL));
		assert_true((w->run != NULL) == (w->kinds != 0));
	}
	assert_null(workload_find("refaul"));
	assert_null(workload_find(""));
}

/* Being descheduled between the two clocks' readings falsifies one try, not all. */
static void ticks_tell_the_time(void **state)
{
	struct ticks ticks;
	bool is_near = false;

	(void)state;
	ticks_calibrate(&ticks);
	for (int i = 0; i < 10 && !is_near; i++) {
		uint64_t begin_ns = clock_monotonic_ns(), begin_ticks = ticks_now(), ns, ticks_ns;

		(void)clock_sleep_ns(100 * NS_PER_MS);
		ticks_ns = ticks_to_ns(&ticks, ticks_now() - begin_ticks);
		ns = clock_monotonic_ns() - begin_ns;
		is_near = ticks_ns > ns - ns / 50 && ticks_ns < ns + ns / 50;
	}
	assert_true(is_near);
	assert_in_range(ticks_to_ns(&ticks, ticks_from_ns(&ticks, NS_PER_S)), NS_PER_S - 10,
			NS_PER_S + 10);
}

static void kinds_have_names(void **state)
{
	enum page_kind kind;
	struct err e = {0};

	(void)state;
	for (int i = 0; i < PAGES_KINDS; i++) {
		assert_int_equal(page_kind_parse(page_kind_name(i), &kind, NULL), 0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(page_kind_parse("shared", &kind, &e), -EINVAL);
	assert_non_null(strstr(e.text, "'shared'"));
}

static void pages_are_filled_and_at_home(void **state)
{
	struct pages pages;
	struct err e = {0};
	uint64_t node = numa_available() < 0 ? PAGES_NO_NODE : 0;

	(void)state;
	assert_int_equal(pages_prepare(&pages, PAGES_PRIVATE_ANONYMOUS, -1, 33, node, &e), 0);
	for (uint64_t i = 0; i < 33; i++) {
		void *address = pages_word(&pages, i, 0);
		int where = -1;

		assert_int_equal(*pages_word(&pages, i, 0), pages_pattern(i));
		assert_int_equal(*pages_word(&pages, i, 1), 0);
		assert_int_equal(migrate_query(0, &address, 1, &where, NULL), 0);
		if (node == 0)
			assert_int_equal(where, 0);
	}
	pages_done(&pages);
	assert_null(pages.base);
}

/* What has the proof of a kind, and what has not: base pages are of no other kind. */
static void proofs_tell_kinds_apart(void **state)
{
	struct pages pages;
	uint64_t count;

	(void)state;
	if (pagemap_check(NULL) < 0) {
		skip();
		return;
	}
	assert_int_equal(pages_prepare(&pages, PAGES_PRIVATE_ANONYMOUS, -1, 5, PAGES_NO_NODE, NULL),
			 0);
	for (int kind = 0; kind < PAGES_KINDS; kind++) {
		bool is_base = page_kind_traits(kind)->proof < 0;

		assert_int_equal(page_proof_count(&pages, kind, &count, NULL), 0);
		assert_int_equal(count, is_base ? 5 : 0);
	}
	pages_done(&pages);
}

/* This host may have no huge pages to give; those that it gives are proven, aligned and filled. */
static void huge_pages_are_huge(void **state)
{
	struct pages pages;
	struct err e = {0};
	int r = pages_prepare(&pages, PAGES_ANONYMOUS_THP, -1, 2, PAGES_NO_NODE, &e);

	(void)state;
	if (r < 0) {
		assert_non_null(strstr(e.text, "huge"));
		skip();
		return;
	}
	assert_true(pages.size > (uint64_t)sysconf(_SC_PAGESIZE));
	assert_int_equal((uintptr_t)pages.base % pages.size, 0);
	assert_int_equal(*pages_word(&pages, 1, 0), pages_pattern(1));
	pages_done(&pages);
}

static void pages_elsewhere_are_refused(void **state)
{
	struct pages pages;
	struct err e = {0};

	(void)state;
	assert_int_equal(pages_prepare(&pages, PAGES_PRIVATE_ANONYMOUS, -1, 1, 60000, &e), -EINVAL);
	assert_non_null(strstr(e.text, "no node 60000"));
	assert_int_equal(pages_prepare(&pages, PAGES_SHARED_MEMFD, 9999, 1, PAGES_NO_NODE, &e),
			 -EBADF);
	assert_null(pages.base);
}

/* As Linux 6.1 prints it, shortened; the per-CPU lists have a "high:" too. */
static const char zoneinfo[] = "Node 0, zone   Normal\n"
			       "  per-node stats\n"
			       "      nr_inactive_anon 1\n"
			       "  pages free     5000\n"
			       "        boost    0\n"
			       "        min      100\n"
			       "        low      200\n"
			       "        high     300\n"
			       "        spanned  100000\n"
			       "        present  90000\n"
			       "  pagesets\n"
			       "    cpu: 0\n"
			       "              count: 7\n"
			       "              high:  999\n"
			       "  start_pfn:           4096\n"
			       "Node 1, zone   Normal\n"
			       "  pages free     10\n"
			       "        high     300\n"
			       "        spanned  1000000\n"
			       "  start_pfn:           200000\n"
			       "Node 1, zone  Movable\n"
			       "  pages free     70000\n"
			       "        high     1000\n"
			       "        spanned  65536\n"
			       "    cpu: 0\n"
			       "              high:  999\n"
			       "  start_pfn:           1048576\n"
			       "Node 1, zone   Device\n"
			       "  pages free     0\n"
			       "        high     0\n"
			       "        spanned  0\n";

static void zone_room_is_found(void **state)
{
	struct zone_room room;

	(void)state;
	assert_true(zone_room_find(zoneinfo, 0, 4096, &room));
	assert_int_equal(room.pages, 4700);
	assert_int_equal(room.first_frame, 4096);
	assert_int_equal(room.n_frames, 100000);
	/* Spanned by Normal too: Movable, the later one, wins. */
	assert_true(zone_room_find(zoneinfo, 1, 1048576 + 65535, &room));
	assert_int_equal(room.pages, 69000);
	/* Less free than the watermark: nothing, and not an enormous number. */
	assert_true(zone_room_find(zoneinfo, 1, 200000, &room));
	assert_int_equal(room.pages, 0);
}

static void zone_room_is_not_found(void **state)
{
	struct zone_room room;

	(void)state;
	assert_false(zone_room_find(zoneinfo, 0, 4095, &room));
	assert_false(zone_room_find(zoneinfo, 0, 104096, &room));
	assert_false(zone_room_find(zoneinfo, 2, 1048576, &room));
	assert_false(zone_room_find("", 0, 0, &room));
	assert_false(zone_room_find("Node 0, zone", 0, 0, &room));
}

static void zone_room_of_this_host(void **state)
{
	struct zone_room room = {0};
	char here = 1;
	uint64_t entry = 0;
	int fd, node = -1;
	void *address = &here;

	(void)state;
	if (!rig_sees_frames())
		skip();
	fd = pagemap_open(0, NULL);
	assert_true(fd >= 0);
	pagemap_read(fd, (uint64_t)(uintptr_t)&here, &entry, 1);
	(void)close(fd);
	if (migrate_query(0, &address, 1, &node, NULL) < 0 || node < 0)
		skip();
	assert_true(zone_room_read(node, pagemap_frame(entry), &room));
	assert_true(frame_is_in(pagemap_frame(entry), room.first_frame, room.n_frames));
	assert_true(room.n_frames > 0);
}

static void page_list_sees_own_pages(void **state)
{
	uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned char *map =
		mmap(NULL, 8 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct placer_target targets[2];
	struct page_list list;

	(void)state;
	if (!rig_sees_frames())
		skip();
	assert_true(map != MAP_FAILED);
	memset(map, 1, 8 * size);
	targets[0] = (struct placer_target){.pid = getpid(), .address = (uintptr_t)map, .count = 5};
	/* A process that is not there has pages nowhere. */
	targets[1] =
		(struct placer_target){.pid = 0x3fffffff, .address = (uintptr_t)map, .count = 3};
	page_list_init(&list, targets, ARRAY_SIZE(targets));
	assert_int_equal(list.n_pages, 8);
	page_list_locate(&list);
	for (int i = 0; i < 8; i++)
		assert_true((list.frames[i] != 0) == (i < 5));
	assert_int_equal(page_list_count_in(&list, 1, UINT64_MAX - 1), 5);
	assert_int_equal(page_list_count_in(&list, list.frames[2], 1), 1);
	page_list_done(&list);
	(void)munmap(map, 8 * size);
}

int test_parts(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registry_is_sound),
		cmocka_unit_test(ticks_tell_the_time),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(pages_are_filled_and_at_home),
		cmocka_unit_test(proofs_tell_kinds_apart),
		cmocka_unit_test(huge_pages_are_huge),
		cmocka_unit_test(pages_elsewhere_are_refused),
		cmocka_unit_test(zone_room_is_found),
		cmocka_unit_test(zone_room_is_not_found),
		cmocka_unit_test(zone_room_of_this_host),
		cmocka_unit_test(page_list_sees_own_pages),
	};

	return cmocka_run_group_tests_name("workloads: parts", tests, NULL, NULL);
}
