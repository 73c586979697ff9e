"""Pages about people: users, their roles, API tokens. Signing in is allauth's."""

from django.urls import path

from countermark.accounts import views

app_name = "accounts"

urlpatterns = [
    path("users/", views.users, name="users"),
    path("users/add/", views.add_user, name="user_add"),
    path("users/<str:username>/", views.user, name="user"),
    path("users/<str:username>/rename/", views.rename_user, name="user_rename"),
    path("users/<str:username>/reset/", views.reset_user, name="user_reset"),
    path("users/<str:username>/disable/", views.disable_user, name="user_disable"),
    path("users/<str:username>/enable/", views.enable_user, name="user_enable"),
    path("users/<str:username>/sessions/end/", views.end_user_sessions, name="user_sessions_end"),
    path("users/<str:username>/roles/", views.grant_role, name="role_grant"),
    path("roles/<uuid:held>/withdraw/", views.withdraw_role, name="role_withdraw"),
    path("places/", views.places, name="places"),
    path("sessions/", views.sessions_page, name="sessions"),
    path("sessions/end/", views.end_sessions, name="sessions_end"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:token>/withdraw/", views.withdraw_token, name="token_withdraw"),
]
