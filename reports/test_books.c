// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/test_books.h"

#include "base/cleanup.h"
#include "base/memory.h"

const struct test_setup books_plan = {
	.phases = "[{'name':'soft_offline','offline':false,'move_pages':false,"
		  "'callers':['soft_offline'],'workers':[]}],'scenario':'soft-offline'",
};

struct injection books_good_one(uint64_t number)
{
	static const struct injection round[BOOKS_IN_A_ROUND] = {
		{.which = "plain",
		 .way = "madvise",
		 .expected = "poisoned",
		 .error = "OK",
		 .has_owner = true,
		 .grows = BOOKS_PAGE,
		 .is_poisoned = true,
		 .new_frame = 1},
		{.which = "no-memory",
		 .way = "sysfs",
		 .expected = "ENOMEM",
		 .error = "ENOMEM",
		 .has_owner = true,
		 .is_huge = true},
		{.which = "held",
		 .way = "madvise",
		 .expected = "EBUSY",
		 .error = "EBUSY",
		 .has_owner = true},
		{.which = "twice",
		 .way = "sysfs",
		 .expected = "already",
		 .error = "OK",
		 .was_poisoned = true,
		 .is_poisoned = true},
		{.which = "freed",
		 .way = "sysfs",
		 .expected = "poisoned",
		 .error = "OK",
		 .has_owner = true,
		 .grows = BOOKS_PAGE,
		 .is_poisoned = true},
	};
	struct injection i = round[number % BOOKS_IN_A_ROUND];

	i.is_intact = true;
	return i;
}

static void tell(struct books *b, const struct injection *i)
{
	uint64_t frame = 1000 + b->number;
	cleanup_free char *owner =
		memory_format("'pid':7,'address':4096,'group':'hot','kind':'%s',",
			      i->is_huge ? "private-hugetlb" : "private-anonymous");
	cleanup_free char *entry = memory_format(
		"'number':%llu,'case':'%s','way':'%s','expected':'%s','frame':%llu,'node':1,%s"
		"'was_poisoned':%s,'was_huge':%s",
		(unsigned long long)b->number, i->which, i->way, i->expected,
		(unsigned long long)frame, i->has_owner ? owner : "",
		i->was_poisoned ? "true" : "false", i->is_huge ? "true" : "false");
	uint64_t after = b->corrupted + (uint64_t)i->grows;
	cleanup_free char *counted = memory_format(
		",'corrupted_before_bytes':%llu,'corrupted_after_bytes':%llu,'is_poisoned':%s",
		(unsigned long long)b->corrupted, (unsigned long long)after,
		i->is_poisoned ? "true" : "false");
	cleanup_free char *pool =
		memory_format(",'is_huge':%s,'pool_before_pages':20,'pool_after_pages':%lld",
			      i->pool_lost ? "true" : "false", (long long)(20 - i->pool_lost));
	cleanup_free char *outcome = memory_format(
		"'number':%llu,'frame':%llu,'error':'%s','errno':0,'wall_ns':5%s"
		",'new_frame':%llu%s%s",
		(unsigned long long)b->number, (unsigned long long)frame, i->error,
		i->is_unmeasured ? "" : counted,
		(unsigned long long)(i->new_frame == 1 ? frame + 5000 : i->new_frame),
		i->which[0] == 'p' ? i->is_intact ? ",'is_intact':true" : ",'is_intact':false" : "",
		i->has_pool ? pool : "");

	if (!i->has_no_entry)
		test_event(&b->run, "soft_offline_intent", entry);
	if (!i->has_no_outcome)
		test_event(&b->run, "soft_offline", outcome);
	b->corrupted = after;
	b->n_poisoned += i->is_poisoned && !i->was_poisoned;
	b->number++;
}

static void finish(struct books *b)
{
	cleanup_free char *calls =
		memory_format("'driver':'soft_offline','calls':%llu,'errors':{},'numbers':{}",
			      (unsigned long long)b->number);
	uint64_t bytes = 8192 + b->leaks;
	cleanup_free char *end =
		memory_format("'frames_left':%llu,'corrupted_bytes':%llu",
			      (unsigned long long)b->left, (unsigned long long)bytes);

	test_event(&b->run, "called", calls);
	for (uint64_t i = 0; i < b->n_poisoned - b->left; i++)
		test_event(&b->run, "unpoison", "'frame':1,'error':'OK'");
	for (uint64_t i = 0; i < b->left; i++)
		test_event(&b->run, "unpoison", "'frame':1,'error':'EBUSY'");
	test_event(&b->run, "poison_end", end);
	test_finish(&b->run);
	test_fold(&b->run);
}

void books_run(struct books *b)
{
	uint64_t rounds = b->rounds ? b->rounds : BOOKS_ROUNDS;

	b->run = test_run_new(&books_plan);
	b->corrupted = 8192; /* somebody else's two */
	test_begin(&b->run);
	test_event(&b->run, "prepared", "'what':'module','name':'hwpoison_inject'");
	test_event(&b->run, "poison_start",
		   b->no_fault_injection ? "'budget':500,'page_size':4096,'corrupted_bytes':8192,"
					   "'no_fault_injection':'this kernel cannot'"
					 : "'budget':500,'page_size':4096,'corrupted_bytes':8192");
	for (uint64_t k = 0; k < rounds * BOOKS_IN_A_ROUND; k++) {
		struct injection i = books_good_one(k);

		if (b->spoil)
			b->spoil(&i, k);
		tell(b, &i);
	}
	finish(b);
}
