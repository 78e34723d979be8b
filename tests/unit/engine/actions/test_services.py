"""The API and the Hub, away, slow, strict or restarted; and the programs for passwords."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.standin import ApiStandIn, HubStandIn
from tests.standin.api import PASSWORD, USER
from tests.standin.hub import TOKEN
from wod.engine import hub
from wod.engine.api import Api, Refused, base_url
from wod.engine.errors import TryLater
from wod.engine.hub import Hub


@pytest.fixture
def standin() -> Iterator[ApiStandIn]:
    with ApiStandIn() as api:
        api.tables.seed("students", {"id": 3})
        api.tables.seed("customers", {"id": 7, "studentId": 3})
        yield api


@pytest.fixture
def api(standin: ApiStandIn) -> Api:
    return Api(standin.url, USER, PASSWORD)


class TestApi:
    @pytest.mark.parametrize("url", ["http://api.example.org:8021", "http://api.example.org:8021/api/"])
    def test_address_with_and_without_api(self, url: str) -> None:
        assert base_url(url) == "http://api.example.org:8021/api"

    def test_one_login_serves_many_calls(self, api: Api, standin: ApiStandIn) -> None:
        for _ in range(3):
            api.update("student", 3, {"assigned": "false"})
        assert len(standin.made("POST")) == 1
        assert standin.tables.rows["students"][3]["assigned"] is False

    def test_token_is_renewed_once_when_it_is_refused(self, api: Api, standin: ApiStandIn) -> None:
        api.update("student", 3, {"assigned": "true"})
        standin.expire_tokens()
        api.update("student", 3, {"assigned": "false"})
        assert len(standin.made("POST")) == 2
        standin.life = -1.0
        standin.expire_tokens()
        with pytest.raises(TryLater, match="401"):
            api.update("student", 3, {"assigned": "false"})

    def test_old_token_is_renewed_before_it_runs_out(self, api: Api, standin: ApiStandIn) -> None:
        first = api.token()
        assert api.token() == first
        assert api.token(life=0.0) != first

    def test_threads_share_a_login(self, api: Api, standin: ApiStandIn) -> None:
        threads = [threading.Thread(target=api.customer, args=(7,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(standin.made("POST")) == 1

    @pytest.mark.parametrize("status", [500, 503, 429, 0])
    def test_trouble_is_for_later(self, api: Api, standin: ApiStandIn, status: int) -> None:
        standin.fail_next(1, status, "/api/student")
        with pytest.raises(TryLater):
            api.update("student", 3, {"assigned": "false"})
        api.update("student", 3, {"assigned": "false"})

    def test_nobody_listening_is_for_later(self) -> None:
        with pytest.raises(TryLater, match="does not answer"):
            Api("http://127.0.0.1:9", USER, PASSWORD).workshops()

    def test_wrong_password_is_for_later_and_not_in_the_message(self, standin: ApiStandIn) -> None:
        with pytest.raises(TryLater, match="WODFEAPIPWD") as error:
            Api(standin.url, USER, "not-the-one").update("student", 3, {"assigned": "false"})
        assert "not-the-one" not in str(error.value)

    @pytest.mark.parametrize("fields", [{"assigned": "perhaps"}, {"colour": "red"}])
    def test_refusal_is_final(self, api: Api, fields: dict[str, str]) -> None:
        with pytest.raises(Refused, match="400"):
            api.update("student", 3, fields)

    def test_customer_is_unknown_only_if_the_api_says_so(self, api: Api, standin: ApiStandIn) -> None:
        assert api.customer(99) is None
        standin.users[USER]["roles"] = []
        with pytest.raises(Refused, match="403"):
            api.customer(7)


class TestHub:
    @pytest.fixture
    def server(self) -> Iterator[HubStandIn]:
        with HubStandIn() as server:
            server.users["student3"] = "stopped"
            yield server

    def test_start_and_stop_are_idempotent(self, server: HubStandIn) -> None:
        client = Hub(server.url, TOKEN)
        assert [client.start("student3"), client.start("student3")] == ["started", "running"]
        assert [client.stop("student3"), client.stop("student3")] == ["stopped", "stopped"]

    def test_unknown_user_is_made_known_to_start_and_as_good_as_stopped(self, server: HubStandIn) -> None:
        client = Hub(server.url, TOKEN)
        assert client.stop("student9") == "stopped"
        assert client.start("student9") == "started"

    def test_slow_start_holds_nobody_up_and_slow_stop_is_waited_for(
        self, server: HubStandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hub, "ASKED", hub.httpx.Timeout(0.1))
        server.slow = 0.6
        client = Hub(server.url, TOKEN)
        assert client.start("student3") == "starting"
        assert client.stop("student3") == "stopped"
        assert server.users["student3"] == "stopped"

    def test_server_that_will_not_stop_is_for_later(self, server: HubStandIn) -> None:
        server.users["student3"] = "stop"
        with pytest.raises(TryLater, match="did not stop"):
            Hub(server.url, TOKEN).stop("student3", patience=0.0)

    def test_start_while_stopping_is_for_later(self, server: HubStandIn) -> None:
        server.users["student3"] = "stop"
        with pytest.raises(TryLater, match="still stopping"):
            Hub(server.url, TOKEN).start("student3")

    def test_a_crowd_s_servers_come_up_a_few_at_a_time(self, server: HubStandIn) -> None:
        client = Hub(server.url, TOKEN)
        client._pace.limit = 1
        server.users["student3"] = "spawn"
        assert client.start("student3") == "starting"
        with pytest.raises(TryLater, match="waits for its turn"), client._pace.turn("student4", patience=0.0):
            pass
        server.users["student3"] = "ready"
        assert client.start("student4") == "started"

    @pytest.mark.parametrize("status", [500, 503, 0])
    def test_trouble_is_for_later(self, server: HubStandIn, status: int) -> None:
        server.fail_next(1, status)
        with pytest.raises(TryLater):
            Hub(server.url, TOKEN).start("student3")

    def test_wrong_token_is_for_later(self, server: HubStandIn) -> None:
        with pytest.raises(TryLater, match="403"):
            Hub(server.url, "wrong").stop("student3")
