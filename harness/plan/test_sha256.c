// SPDX-License-Identifier: GPL-2.0-or-later
/* The examples of FIPS 180-4's appendix, NIST's long message, and each length around a block. */
#include "plan/test_room.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/sha256.h"

static void known_messages_have_their_digests(void **state)
{
	static const struct {
		const char *text, *digest;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmno"
		 "pqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	char digest[SHA256_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		sha256_text(cases[i].text, strlen(cases[i].text), digest);
		assert_string_equal(digest, cases[i].digest);
	}
}

static void a_million_letters(void **state)
{
	cleanup_free char *text = memory_alloc(1000000, 1);
	char digest[SHA256_TEXT_SIZE];

	(void)state;
	memset(text, 'a', 1000000);
	sha256_text(text, 1000000, digest);
	assert_string_equal(digest,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The digests of lengths 0 to 200 of 'a', digested: made with sha256sum. */
static void every_length_around_a_block(void **state)
{
	char text[201], all[201 * (SHA256_TEXT_SIZE - 1) + 1], digest[SHA256_TEXT_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t n = 0; n <= 200; n++)
		sha256_text(text, n, all + n * (SHA256_TEXT_SIZE - 1));
	sha256_text(all, sizeof(all) - 1, digest);
	assert_string_equal(digest, "eb555248bd20c7831e511d4461b42c9b084e3a64b44d57b00051172f8afe03ff");
}

int test_sha256(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_messages_have_their_digests),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(every_length_around_a_block),
	};

	return cmocka_run_group_tests_name("plan: SHA-256", tests, NULL, NULL);
}
