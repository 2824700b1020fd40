"""Sealed secrets open in their own place and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.kernel.vault import SealBrokenError, Vault

VAULT = Vault("a secret key")


@given(st.text(), st.text(max_size=40).filter(lambda s: s.isprintable()))
def test_what_is_sealed_opens_in_its_context(plain, context):
    assert VAULT.unseal(VAULT.seal(plain, context=context), context=context) == plain


def test_the_same_text_is_sealed_differently_each_time():
    assert VAULT.seal("x", context="c") != VAULT.seal("x", context="c")


def test_a_seal_moved_to_another_place_does_not_open():
    sealed = VAULT.seal("token", context="channel:1")

    with pytest.raises(SealBrokenError, match="channel:2"):
        VAULT.unseal(sealed, context="channel:2")


@pytest.mark.parametrize(
    "sealed", ["", "v1.x.y", "v1.00000000.AAAA", "plain text", "v1..", "v1.é.é"]
)
def test_what_is_not_a_seal_does_not_open(sealed):
    with pytest.raises(SealBrokenError):
        VAULT.unseal(sealed, context="c")


def test_a_changed_seal_does_not_open():
    sealed = VAULT.seal("token", context="c")
    flipped = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]

    with pytest.raises(SealBrokenError):
        VAULT.unseal(flipped, context="c")


def test_a_former_key_still_opens_and_the_new_one_seals():
    old = VAULT.seal("token", context="c")
    rotated = Vault("a newer key", former_keys=("a secret key",))

    assert rotated.unseal(old, context="c") == "token"
    with pytest.raises(SealBrokenError):
        VAULT.unseal(rotated.seal("token", context="c"), context="c")
