"""The page on exports: who finds it, what can be chosen, and that the address keeps all of it."""

from datetime import timedelta

import pytest

from lc_core import contracts
from lc_core.errors import NotFound
from lc_core.exports import runs
from lc_core.exports.datasets import DATASETS
from pages._export_choice import key
from tests import apps
from tests.export_worlds import ROLES, SEES_NAMES, files_of, links, opened, read, rows_of, said_by, visit, world
from tests.usage_worlds import World, words
from tests.worlds import OPERATOR, a_learner, email

__all__ = ["world"]


# --- who -------------------------------------------------------------------------------------------------------------


def test_whoever_sees_contracts_may_export_with_the_names_that_their_role_sees(world: World) -> None:
    world.people["learner"] = a_learner(world.db, "nobody-special").person_id or 0

    for who in ROLES:
        app = opened(world, who)
        said = words(app)
        assert rows_of(app) == ("1" if who == "ada" else "2"), who
        assert ("ann@example.org" in said) == ("by name and address" in said) == (who in SEES_NAMES), who
        assert ("your role sees no names" in said) == (who not in SEES_NAMES), who
    assert "by name" not in words(opened(world, column="contract_code"))
    assert "Exports" not in words(apps.at(visit(world, "learner"), "exports"))


def test_a_manager_who_is_contract_admin_too_is_told_what_is_masked(world: World) -> None:
    contracts.name_admin(world.db, OPERATOR, world.alpha, email("manager"))

    said = words(opened(world, "manager"))

    assert "People of your own contracts are told by name" in said
    assert "ann@example.org" in said
    assert "ben@example.org" not in said


def test_whoever_loses_the_right_meanwhile_sees_and_takes_nothing_more(world: World) -> None:
    app = opened(world, "ada")
    app.button(key="export-make").click().run()
    shown, link = words(app), links(app)
    token = link[0].rpartition("/")[2]
    assert runs.sent_by(world.db, token).name.startswith("enrollments-")
    contracts.remove_admin(world.db, OPERATOR, world.alpha, world.people["ada"])
    app.run()

    assert "ann@example.org" in shown
    assert not {"Alpha", "ann@example.org"} & set(words(app).split())
    assert links(app) == []
    with pytest.raises(NotFound):
        runs.sent_by(world.db, token)


# --- what is chosen --------------------------------------------------------------------------------------------------


def test_what_is_chosen_stands_in_the_address_and_opens_alike(world: World) -> None:
    app = opened(world)
    app.segmented_control(key=key("data")).set_value("ledger").run()
    app.multiselect(key=key("contract")).set_value([world.alpha]).run()
    app.multiselect(key=key("column")).set_value(["delta", "person"]).run()
    app.multiselect(key=key("type")).set_value(["voucher"]).run()
    app.selectbox(key=key("activity")).set_value(world.first_aid).run()
    app.selectbox(key=key("period")).set_value("dates").run()
    app.date_input(key=key("from")).set_value(world.db.clock().date()).run()
    app.segmented_control(key=key("format")).set_value("parquet").run()
    said = said_by(app)
    again = opened(world, **said)

    assert said == {
        "data": ["ledger"],
        "format": ["parquet"],
        "column": ["delta", "person"],
        "contract": [str(world.alpha)],
        "type": ["voucher"],
        "activity": [str(world.first_aid)],
        "period": ["dates"],
        "from": [str(world.db.clock().date())],
        "zone": ["UTC"],
    }
    assert said_by(again) == said
    assert words(again) == words(app)
    assert list(again.dataframe[0].value.columns) == ["delta", "person"]


def test_only_the_limits_of_a_data_set_are_offered_and_the_others_come_back(world: World) -> None:
    app = opened(world, activity=world.first_aid, status="enrolled", column=["email", "contract_code"])
    app.segmented_control(key=key("data")).set_value("contracts").run()
    labels = {box.label for box in (*app.selectbox, *app.multiselect)}
    contracts_alone = said_by(app)
    app.segmented_control(key=key("data")).set_value("invitations").run()

    assert not labels & {"Activity", "Period"}
    assert contracts_alone == {"data": ["contracts"], "column": ["contract_code"], "zone": ["UTC"]}
    assert app.selectbox(key=key("activity")).value == world.first_aid


def test_another_part_of_the_page_leaves_the_choice_as_it_is(world: World) -> None:
    app = opened(world, contract=world.alpha, column="person")
    app.segmented_control(key="part").set_value("dictionary").run()
    app.segmented_control(key="part").set_value("new").run()

    assert app.multiselect(key=key("contract")).value == [world.alpha]
    assert app.multiselect(key=key("column")).value == ["person"]
    assert said_by(app)["contract"] == [str(world.alpha)]


def test_what_the_address_says_wrongly_is_told_until_something_is_chosen(world: World) -> None:
    hostile = "<script>alert(1)</script>![x](http://127.0.0.1:9/x.png)" + "x" * 4000
    app = opened(
        world, "ada", contract=[str(world.beta), str(world.alpha)], column=[hostile, "person"], **{"from": "x"}
    )
    (warning,) = [str(one.value) for one in app.warning]
    app.multiselect(key=key("column")).set_value(["email"]).run()

    assert "3 things that were asked for are not there for you" in warning
    assert f"contract\\={world.beta}" in warning
    assert "![x](http" not in warning
    assert len(warning) < 500
    assert not app.warning
    assert said_by(app)["contract"] == [str(world.alpha)]


def test_a_period_that_ends_before_it_begins_is_refused_in_a_sentence(world: World) -> None:
    today = world.db.clock().date()
    app = opened(world, period="dates", until=str(today))
    app.date_input(key=key("from")).set_value(today + timedelta(days=1)).run()
    refused = [str(one.value) for one in app.error]
    app.date_input(key=key("from")).set_value(today).run()

    assert refused == ["The period ends before it begins\\.\u2060"]
    assert not app.error
    assert rows_of(app) == "2"


def test_a_contract_that_is_gone_is_chosen_no_more(world: World) -> None:
    contracts.name_admin(world.db, OPERATOR, world.beta, email("ada"))
    app = opened(world, "ada", contract=[str(world.alpha), str(world.beta)])
    both = rows_of(app)
    contracts.remove_admin(world.db, OPERATOR, world.beta, world.people["ada"])
    app.run()

    assert (both, rows_of(app)) == ("2", "1")
    assert [str(one.value)[-11:] for one in app.warning] == [f"contract\\={world.beta}"]
    assert said_by(app)["contract"] == [str(world.alpha)]


def test_rows_that_nothing_matches_are_told_and_can_be_taken_all_the_same(world: World) -> None:
    app = opened(world, status="waitlisted", format="parquet")
    app.button(key="export-make").click().run()
    file = read(files_of(world)[0])

    assert "No row matches." in words(app)
    assert rows_of(app) == "0"
    assert file.columns == list(DATASETS["enrollments"].by_name)
